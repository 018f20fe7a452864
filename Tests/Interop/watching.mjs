// What scripts that watch streams share: they gather what is told, and wait for a condition on it.

export const deadline = (promise, what) => Promise.race([
  promise,
  new Promise((_, reject) => setTimeout(() => reject(new Error(`no ${what} within 30 s`)), 30_000).unref()),
]);

// Ends the process with 1 on the first error of anything that is watched, until `stop` is called.
export function watching() {
  let stopping = false;
  let moved = () => {};
  return {
    stop() { stopping = true; },

    async watch(what, next) {
      while (!stopping) {
        try {
          await next();
          moved();
        } catch (error) {
          if (!stopping) {
            console.error(`${what}: ${error.stack ?? error}`);
            process.exit(1);
          }
        }
      }
    },

    until: (condition, what) => deadline((async () => {
      while (!condition()) {
        await new Promise((resolve) => { moved = resolve; });
      }
    })(), what),
  };
}

// Does something at the venue by the simulator's control port.
export const controller = (url, venue) => async (action, body) => {
  const response = await fetch(`${url.replace(/\/$/, '')}/${venue}/${action}`, { method: 'POST', body: JSON.stringify(body) });
  if (response.status !== 200) throw new Error(`${action}: ${response.status} ${await response.text()}`);
};
