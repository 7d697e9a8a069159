// Compute threads: helper workers that run parts of kernels in instances of
// their own over the memory of the worker's Go program. The program was made
// fit for that by share.js; its side of the talk is wasm/threads.
//
// The two sides share a few 32-bit words besides the memory. A job is opened by
// the main side; every thread, the main one too, takes parts off LEFT until
// none is left; whoever finishes the last one wakes the main side.
"use strict";

const THREADS = {
  JOB: 0, // number of the job, woken on: helpers sleep on it
  LEFT: 1, // parts that nobody has taken; may fall below zero
  OPEN: 2, // parts that are not finished; the main side sleeps on it
  ASLEEP: 3, // helpers that sleep or are about to
  WAITING: 4, // 1 while the main side sleeps
  FAILED: 5, // index of the helper that threw, plus 1
  STACKS: 6, // address of the helpers' stacks
  STACK_BYTES: 7, // of each
  WORDS: 8,
  LIMIT: 8, // threads, as core/limits has it
  IDLE_MS: 0.5, // how long a helper looks for work before it sleeps: kernels follow each other closely
  LAST_MS: 2, // how long the main side watches the others' last parts before it sleeps
  PATIENCE_MS: 10000, // how long a helper may take for a part of a few milliseconds
};

// relax leaves the core to the other thread that it may run, where the browser
// can say so.
const relax = Atomics.pause ? () => Atomics.pause() : () => {};

// spin waits until done() is true or the time is over. Waking a thread up would
// take as long as a small kernel.
function spin(done, ms) {
  const end = performance.now() + ms;
  do {
    for (let i = 0; i < 50; i++) {
      if (done()) return true;
      relax();
    }
  } while (performance.now() < end);
  return false;
}

// A Team is the helpers and the imports by which Go speaks with them.
class Team {
  // open starts size-1 helpers from the script at url and returns when all
  // have their instances: instantiation writes the program's data to memory,
  // which must not happen once it runs. onfail(text) is called when a helper
  // is lost in the middle of a part; the program cannot go on then.
  static async open(module, size, url, onfail) {
    const team = new Team();
    team.memory = sharedMemory(module);
    team.words = new Int32Array(new SharedArrayBuffer(4 * THREADS.WORDS));
    team.size = Math.min(size, THREADS.LIMIT);
    team.onfail = onfail;
    team.helpers = [];
    team.holding = false;
    try {
      const started = [];
      for (let index = 0; index < team.size - 1; index++) started.push(team.help(module, index, url));
      await Promise.all(started);
    } catch (error) {
      team.close();
      throw error;
    }
    return team;
  }

  help(module, index, url) {
    const helper = new Worker(url, { name: "tintype helper" });
    this.helpers.push(helper);
    return new Promise((resolve, reject) => {
      helper.onmessage = resolve;
      helper.onerror = (event) => {
        event.preventDefault?.(); // or it would count as this worker's own error
        reject(new Error("a helper did not start: " + event.message));
      };
      helper.postMessage({ module, index, memory: this.memory, words: this.words });
    });
  }

  close() {
    for (const helper of this.helpers) helper.terminate();
  }

  // imports are what the program asks of its environment besides wasm_exec.js.
  imports() {
    return {
      env: { mem: this.memory },
      threads: {
        count: (limit) => {
          if (this.size > limit) throw new Error("more threads than the program has stacks for");
          return this.size;
        },
        start: (stacks, stackBytes, parts) => this.start(stacks, stackBytes, parts),
        next: () => this.next(),
      },
    };
  }

  start(stacks, stackBytes, parts) {
    const { words } = this;
    words[THREADS.STACKS] = stacks;
    words[THREADS.STACK_BYTES] = stackBytes;
    Atomics.store(words, THREADS.OPEN, parts);
    Atomics.store(words, THREADS.LEFT, parts); // from here on helpers take parts
    Atomics.add(words, THREADS.JOB, 1);
    if (Atomics.load(words, THREADS.ASLEEP) > 0) Atomics.notify(words, THREADS.JOB, parts - 1);
  }

  next() {
    const { words } = this;
    if (this.holding) Atomics.sub(words, THREADS.OPEN, 1);
    const part = Atomics.sub(words, THREADS.LEFT, 1) - 1;
    this.holding = part >= 0;
    if (!this.holding) this.wait();
    return part < 0 ? -1 : part;
  }

  // wait returns when every part is finished. It sleeps in short turns, so
  // that time during which the whole page stood still does not count.
  wait() {
    const { words } = this;
    const finished = () => Atomics.load(words, THREADS.OPEN) === 0;
    if (spin(finished, THREADS.LAST_MS)) return;
    const turn = THREADS.PATIENCE_MS / 50;
    Atomics.store(words, THREADS.WAITING, 1);
    let open = Atomics.load(words, THREADS.OPEN);
    for (let turns = 0; open > 0; turns++) {
      const failed = Atomics.load(words, THREADS.FAILED);
      if (failed > 0) this.fail(`compute thread ${failed} failed`);
      if (turns === 50) this.fail("a compute thread does not answer any more");
      Atomics.wait(words, THREADS.OPEN, open, turn);
      const now = Atomics.load(words, THREADS.OPEN);
      if (now !== open) turns = 0;
      open = now;
    }
    Atomics.store(words, THREADS.WAITING, 0);
  }

  // fail gives the program up: the part that was lost is half written.
  fail(text) {
    this.close();
    this.onfail(text);
    throw new Error(text);
  }
}

// runHelper is a helper's life: it takes parts of job after job.
function runHelper(instance, index, memory, words) {
  const { "tintype.leaf": leaf, "tintype.sp": pointer } = instance.exports;
  let stack; // laid out for the first part: Go says where it is when it starts a job
  for (let job = 0; ;) {
    const part = Atomics.sub(words, THREADS.LEFT, 1) - 1;
    if (part >= 0) {
      stack ??= onStack(instance, index, memory, words);
      pointer.value = stack.sp;
      stack.top[2] = part;
      stack.top[3] = 0; // its upper half: the leaf may have used the place
      if (leaf(0) !== 0) throw new Error("a part of a kernel left its stack");
      if (Atomics.sub(words, THREADS.OPEN, 1) === 1 && Atomics.load(words, THREADS.WAITING) === 1) {
        Atomics.notify(words, THREADS.OPEN);
      }
      continue;
    }
    const more = () => Atomics.load(words, THREADS.JOB) !== job;
    if (!spin(more, THREADS.IDLE_MS)) {
      Atomics.add(words, THREADS.ASLEEP, 1);
      Atomics.wait(words, THREADS.JOB, job);
      Atomics.sub(words, THREADS.ASLEEP, 1);
    }
    job = Atomics.load(words, THREADS.JOB);
  }
}

// onStack puts the instance on its own stack, whose first bytes stand for the
// goroutine: Go functions read g.stackguard0, at 16, before they use the stack,
// and wrappers of methods g._panic, which stays 0.
// It returns SP for a call of the leaf, which finds its return address, 0, there
// and its parameter 8 bytes up, and the words from there on. They stay valid
// when the memory grows.
function onStack(instance, index, memory, words) {
  const bytes = words[THREADS.STACK_BYTES];
  const base = words[THREADS.STACKS] + index * bytes;
  new DataView(memory.buffer).setBigInt64(base + 16, BigInt(base + 2048), true);
  instance.exports["tintype.g"].value = BigInt(base);
  const sp = base + bytes - 32;
  const top = new Int32Array(memory.buffer, sp, 4);
  top.fill(0);
  return { sp, top };
}
