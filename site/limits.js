// Written by "go test ./wasm/proto -update": what the program allows, whatever the model.
export const version = 2; // of the protocol
export const limits = {
  count: { min: 1, max: 16, whole: true },
  steps: { min: 1, max: 1000, whole: true },
  guidance: { min: 0, max: 1000 },
  rescale: { min: 0, max: 1 },
  classify: { min: 0, max: 1000 },
};
