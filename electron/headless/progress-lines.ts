/** What is being done, told calmly: a line when it becomes something else, and a sign of life while it stays the same. */

/** Between two lines about the same thing. Milliseconds. */
export const stillEvery = 10_000;

export interface ProgressLines {
  say(text: string): void;
  end(): void;
}

/** Two that differ in figures only (seconds, bytes, per cent) tell of the same thing. */
function subject(text: string): string {
  return text.replaceAll(/\d+(?:[.,]\d+)?/g, '#');
}

function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function createProgressLines(out: (line: string) => void): ProgressLines {
  let current = '';
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  const still = (): void => out(`  still: ${current} (${elapsed(Date.now() - since)})`);
  return {
    say(text) {
      const same = timer !== undefined && subject(text) === subject(current);
      current = text;
      if (same) return;
      since = Date.now();
      clearInterval(timer);
      timer = setInterval(still, stillEvery);
      out(text);
    },
    end() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
