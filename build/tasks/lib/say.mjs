// @ts-check
/** Everything the tasks tell the person in front of them: one line per fact, plain words, no colours in a pipe. */

let out = /** @type {NodeJS.WriteStream} */ (process.stdout);

/** For a task whose standard output is its answer. */
export function sayOnStandardError() {
  out = process.stderr;
}

/**
 * @param {number} milliseconds
 * @returns {string} such as `850 ms`, `12.4 s` or `3 min 05 s`
 */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/**
 * @param {number} bytes
 * @returns {string} such as `196 MB`, in powers of 1000
 */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} kB`;
  if (bytes < 1e9) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** @param {string} sentence */
export function say(sentence) {
  out.write(`${sentence}\n`);
}

/**
 * Tells about one step while it runs: a heart-beat with elapsed time and, where it is known, how much has arrived.
 *
 * @template T
 * @param {string} title what is being done, without a full stop
 * @param {(tell: (detail: string) => void) => Promise<T>} work
 * @param {(result: T) => string} [outcome] one word for the result; "done" without it
 * @returns {Promise<T>}
 */
export async function step(title, work, outcome = () => 'done') {
  const started = Date.now();
  const interactive = out.isTTY === true;
  let detail = '';
  let told = started;
  const line = () => `  ${title}${detail ? ` (${detail})` : ''} … ${duration(Date.now() - started)}`;
  const beat = setInterval(
    () => {
      // A log file gets a line every ten seconds: enough to see that it lives, too little to bury what matters.
      if (interactive) out.write(`\r\u001b[K${line()}`);
      else if (Date.now() - told >= 10_000) {
        told = Date.now();
        say(line());
      }
    },
    interactive ? 200 : 1000,
  );
  if (interactive) out.write(line());
  else say(`  ${title} …`);
  try {
    const result = await work((text) => {
      detail = text;
    });
    finish(outcome(result));
    return result;
  } catch (error) {
    finish('failed');
    throw error;
  } finally {
    clearInterval(beat);
  }

  /** @param {string} how */
  function finish(how) {
    clearInterval(beat);
    const clear = interactive ? '\r\u001b[K' : '';
    say(`${clear}  ${title}${detail ? ` (${detail})` : ''}: ${how} in ${duration(Date.now() - started)}`);
  }
}

/** @param {string | undefined} problem */
export function doneUnless(problem) {
  return problem === undefined ? 'done' : 'failed';
}
