// A model on ONNX Runtime, in a browser or in Node: open returns what answers
// the bench's orders.
export async function open(ort, model, options, sample, timestep, channels, side) {
  const session = await ort.InferenceSession.create(model, options);
  const feeds = {
    sample: new ort.Tensor("float32", sample, [1, channels, side, side]),
    timestep: new ort.Tensor("float32", Float32Array.of(timestep), [1]),
  };
  let results;

  async function run(ms) {
    const times = [];
    const begin = performance.now();
    do {
      const start = performance.now();
      results = await session.run(feeds);
      times.push(performance.now() - start);
    } while (performance.now() - begin < ms);
    return { times };
  }

  return async (order) => {
    try {
      if (order.output) return { output: Array.from(results[session.outputNames[0]].data) };
      return await run(order.run);
    } catch (error) {
      return { error: String(error) };
    }
  };
}
