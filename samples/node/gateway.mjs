// The command socket of the gateway, for the samples in this folder.
export const zmq = await import("zeromq").catch(() => {
  console.error("this sample needs zeromq: run 'npm install' in its folder");
  process.exit(2);
});

/** Replies are matched by their id, so calls may overlap. */
export class Gateway {
  #socket = new zmq.Dealer({ linger: 500 });
  #waiting = new Map();
  #lastId = 0;

  constructor(endpoint) {
    this.endpoint = endpoint;
    this.#socket.connect(endpoint);
    this.#receive();
  }

  async call(method, params = {}, timeoutMs = 10000) {
    const id = String(++this.#lastId);
    const answer = new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${method}: no answer of the gateway at ${this.endpoint} within ${timeoutMs} ms`)), timeoutMs);
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer);
        if (reply.error) reject(Object.assign(new Error(`${method}: ${reply.error.code}: ${reply.error.message}`), { code: reply.error.code }));
        else resolve(reply.result);
      });
    });
    await this.#socket.send(JSON.stringify({ v: 1, id, method, params }));
    return answer;
  }

  /** A connection that has just started takes a moment; so does one that moves to its standby. */
  async callWhenReady(method, params) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.call(method, params);
      } catch (e) {
        if (!["not_ready", "connection_unavailable"].includes(e.code) || attempt === 120) throw e;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  close() {
    this.#socket.close();
  }

  async #receive() {
    for await (const frames of this.#socket) {
      const reply = JSON.parse(frames.at(-1).toString());
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    }
  }
}
