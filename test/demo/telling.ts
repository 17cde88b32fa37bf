/** What the demonstration tells: a line per fact with the time since it began, and a sign of life where a fact takes long. */

/** Without a line for so long, what is going on is said again. Milliseconds. */
export const aliveEvery = 10_000;

export interface Telling {
  readonly say: (line: string) => void;
  /** @param more what can be seen of it at the moment, e.g. the line at the bottom of the window; may be empty */
  goingOn(what: string, more?: () => Promise<string>): void;
  end(): void;
}

/** @param began milliseconds since the epoch, from which elapsed time is counted */
export function createTelling(began: number, write: (line: string) => void): Telling {
  let last = Date.now();
  let what = '';
  let since = Date.now();
  let more: () => Promise<string> = () => Promise.resolve('');
  const seconds = (from: number) => ((Date.now() - from) / 1000).toFixed(0);
  const put = (line: string): void => {
    last = Date.now();
    write(`[${seconds(began)} s] ${line}\n`);
  };
  const timer = setInterval(() => {
    if (what === '' || Date.now() - last < aliveEvery) return;
    last = Date.now();
    const subject = what;
    void more()
      .catch(() => '')
      .then((seen) => {
        if (subject === what) put(`  still: ${what}, ${seconds(since)} s${seen === '' ? '' : `: ${seen}`}`);
      });
  }, 1000);
  timer.unref();
  return {
    say: put,
    goingOn(next, seen = () => Promise.resolve('')) {
      what = next;
      more = seen;
      since = Date.now();
    },
    end: () => clearInterval(timer),
  };
}
