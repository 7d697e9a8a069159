// onnxruntime-web in a worker.
import * as ort from "./packages/onnxruntime-web/dist/ort.wasm.min.mjs";
import { open } from "./ort.mjs";

const query = new URLSearchParams(location.search);
const number = (name) => Number(query.get(name));
const download = async (name) => (await fetch(query.get(name))).arrayBuffer();

try {
  ort.env.wasm.numThreads = number("threads");
  const answer = await open(ort, await download("model"), { executionProviders: ["wasm"] },
    new Float32Array(await download("sample")), number("timestep"), number("channels"), number("side"));
  self.onmessage = async ({ data: order }) => postMessage(await answer(order));
  postMessage({});
} catch (error) {
  postMessage({ error: String(error) });
}
