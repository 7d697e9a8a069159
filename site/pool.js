// Workers for the element and the API: a few for the whole page, each doing one
// request at a time. docs/PROTOCOL.md is what they are told and what they answer.

import { version as VERSION } from "./limits.js";
import { Sentence, startWorker } from "./runtime.js";

const MOST = Math.max(1, Math.min(3, (navigator.hardwareConcurrency || 2) - 1));
const IDLE_MS = 60_000; // a worker that nobody needs gives its memory back
const CANCEL_MS = 1_000; // and one that does not cancel is terminated

const aborted = () => new DOMException("The picture was cancelled.", "AbortError");

// A Seat is one worker and what it is doing.
class Seat {
  constructor() {
    this.model = ""; // sha256 of the model in its memory
    this.task = null;
    this.lastID = 0;
  }

  start() {
    if (this.worker) return;
    this.worker = startWorker(MOST > 1);
    this.worker.onmessage = ({ data }) => this.receive(data);
    this.worker.onmessageerror = () => this.end("a message could not be read");
    this.worker.onerror = (event) => {
      event.preventDefault?.();
      this.end(event.message || "its script could not be loaded");
    };
  }

  // run posts a request and resolves to its answer.
  run(message, { onevent, signal }) {
    clearTimeout(this.idle);
    return new Promise((resolve, reject) => {
      this.start();
      const id = ++this.lastID;
      const cancel = () => {
        this.worker?.postMessage({ v: VERSION, id: ++this.lastID, kind: "cancel", target: id });
        late = setTimeout(() => this.end("it did not answer", aborted()), CANCEL_MS);
      };
      let late;
      const finish = (settle, value) => {
        clearTimeout(late);
        signal?.removeEventListener("abort", cancel);
        this.task = null;
        this.idle = setTimeout(() => this.stop(), IDLE_MS);
        settle(value);
      };
      this.task = { id, onevent, resolve: (v) => finish(resolve, v), reject: (e) => finish(reject, e) };
      signal?.addEventListener("abort", cancel);
      this.model = message.model?.sha256 ?? this.model;
      this.worker.postMessage({ v: VERSION, id, ...message });
    });
  }

  receive(data) {
    if (data.kind === "exit") {
      this.end(data.text, data.error);
      return;
    }
    const { task } = this;
    if (!task || data.id !== task.id) return; // ready, or the answer to a cancel
    switch (data.kind) {
      case "loaded":
      case "done":
      case "kept":
        task.resolve(data);
        break;
      case "error":
        if (data.type === "cancelled") task.reject(aborted());
        else task.reject(new Sentence(data.text, data.remedy, data.type));
        break;
      default:
        task.onevent?.(data);
    }
  }

  // end gives a worker up that is of no use any more; the next request starts another.
  end(words, error) {
    const { task } = this;
    this.stop();
    if (!task) return;
    const memory = /out of memory/i.test(words);
    task.reject(error ?? (memory
      ? new Sentence("The browser gave the worker no more memory.", "Close other tabs, then try again.", "memory")
      : new Sentence(`The worker stopped: ${words.split("\n")[0] || "no reason was given"}.`, "Try again.", "crashed")));
  }

  stop() {
    clearTimeout(this.idle);
    if (this.worker) {
      this.worker.onmessage = this.worker.onmessageerror = this.worker.onerror = null;
      this.worker.terminate();
    }
    this.worker = null;
    this.model = "";
  }
}

const seats = [];
const queue = []; // what waits for a seat, in order

// request does one request of the protocol on a worker of the page's: one that
// has the model, else a free one. It resolves to the answer; onevent(data) gets
// the events before it. An aborted signal rejects it with an AbortError.
export function request(message, options = {}) {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(aborted());
      return;
    }
    const job = { message, options, resolve, reject };
    const leave = () => { // while it waits
      const at = queue.indexOf(job);
      if (at < 0) return;
      queue.splice(at, 1);
      reject(aborted());
    };
    signal?.addEventListener("abort", leave, { once: true });
    queue.push(job);
    assign();
  });
}

function assign() {
  while (queue.length > 0) {
    const wanted = queue[0].message.model?.sha256; // what is about none can be asked of any
    const free = seats.filter((seat) => !seat.task);
    let seat = wanted ? free.find((s) => s.model === wanted) ?? free.find((s) => !s.model) : free[0];
    if (!seat && seats.length < MOST) seats.push(seat = new Seat());
    seat ??= free[0];
    if (!seat) return;
    const job = queue.shift();
    seat.run(job.message, job.options).then(job.resolve, job.reject).finally(assign);
  }
}

// workers is how many there are now, for tests and the curious.
export const workers = () => seats.filter((seat) => seat.worker).length;
