// onnxruntime-node as a process: orders come as lines of JSON, and each is
// answered with one. The argument is JSON too.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { open } from "./ort.mjs";

const write = (reply) => process.stdout.write(JSON.stringify(reply) + "\n");

try {
  const { packages, model, sample, timestep, channels, side, threads } = JSON.parse(process.argv[2]);
  const ort = createRequire(packages)("onnxruntime-node");
  const answer = await open(ort, model, { intraOpNumThreads: threads, interOpNumThreads: 1 },
    new Float32Array(new Uint8Array(readFileSync(sample)).buffer), timestep, channels, side);
  write({});
  for await (const line of createInterface({ input: process.stdin })) write(await answer(JSON.parse(line)));
} catch (error) {
  write({ error: String(error) });
}
