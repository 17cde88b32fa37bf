/** Files that a guard puts back, and what it says of those that somebody else changed before it fired. */
import { fail, type Result, succeed } from '../domain/result.ts';
import { type UndoWords, undoWords } from './change-kind.ts';

export interface SavedFile {
  readonly path: string;
  /** SHA-256 of what the change writes, or `absent`. */
  readonly writes: string;
  /**
   * What becomes of it where it is neither that nor what was there before. `stays`: it is left. `aside`: what access itself
   * hangs on must come back, so it is put back and the edited file kept beside it, for root alone. `cleared`: the plan's
   * `clear` takes the change's own lines out of it, and it stays; where that is not possible, `aside`.
   */
  readonly edited: 'stays' | 'aside' | 'cleared';
}

/**
 * Shell functions for the program that fires, and the loop that puts back. `$d` is the guard's folder. What it did to a file
 * that somebody else had changed goes to the log, and to `told`: a word, the path, the path of what was kept, between tabs.
 */
export const putBackProgram = `mark() {
  if [ -f "$1" ] && [ ! -L "$1" ]; then sha256sum < "$1" | cut -d' ' -f1
  elif [ -e "$1" ] || [ -L "$1" ]; then echo other
  else echo absent; fi
}
tell() {
  echo "$2 was changed by somebody else: $1 $3"
  ( printf '%s\\t%s\\t%s\\n' "$1" "$2" "$3" >> "$d/told" ) 2>/dev/null
}
# A second name for the edited file, so that there is no moment without one and no space is needed; $k is that name.
aside() {
  k=$1.edited-\${d##*/}; i=1
  while [ -e "$k" ] || [ -L "$k" ]; do
    [ "$k" -ef "$1" ] && return 0
    k=$1.edited-\${d##*/}-$i; i=$((i + 1))
  done
  if [ -f "$1" ] && [ ! -L "$1" ]; then
    ln -- "$1" "$k" 2>/dev/null || cp -a -- "$1" "$k" || { rm -f -- "$k"; return 1; }
  else
    mv -- "$1" "$k"
  fi
}
same() { [ "$(cat "$1")" = "$(cat "$2")" ]; }
# Ours go and theirs stay; not where the file from before had rules of ours, because those have to come back.
clear_own() {
  [ "$now" != absent ] || { tell left "$p" ''; return 0; }
  [ "$now" != other ] && [ -f "$d/clear.sh" ] || return 1
  sh "$d/clear.sh" < "$p" > "$d/try" || return 1
  if same "$d/try" "$p"; then tell left "$p" ''; return 0; fi
  if [ -e "$was" ]; then sh "$d/clear.sh" < "$was" > "$d/was" && same "$d/was" "$was" || return 1; fi
  t=$p.bulwark-\${d##*/}
  rm -f "$t"
  if cp -a "$p" "$t" && cat "$d/try" > "$t" && [ "$(mark "$p")" = "$now" ] && mv -f "$t" "$p"; then tell cleared "$p" ''; return 0; fi
  rm -f "$t"
  return 1
}
n=-1
while n=$((n + 1)); [ -e "$d/saved/$n.path" ]; do
  p=$(cat "$d/saved/$n.path"); was=$d/saved/$n.was; wrote=$(cat "$d/saved/$n.wrote"); how=$(cat "$d/saved/$n.edited")
  # Without either nobody knows what was there: a file that stays can be put right by hand, one that is gone cannot.
  [ -e "$was" ] || [ -e "$d/saved/$n.none" ] || { bad=1; continue; }
  now=$(mark "$p"); k=
  if [ "$now" = "$(mark "$was")" ]; then
    [ "$how" = aside ] || continue
  elif [ "$now" != "$wrote" ]; then
    if [ "$how" = stays ]; then tell left "$p" ''; continue; fi
    if [ "$how" = cleared ] && clear_own; then continue; fi
    if [ "$now" = absent ]; then tell gone "$p" ''
    elif aside "$p"; then tell kept "$p" "$k"
    else k=; tell lost "$p" ''; fi
  fi
  if [ -e "$was" ]; then
    t=$p.bulwark-\${d##*/}
    rm -f "$t"; cp -a "$was" "$t" && mv -f "$t" "$p" || { rm -f "$t"; bad=1; }
  elif [ -e "$d/saved/$n.none" ]; then
    [ -d "$p" ] || rm -f "$p" || bad=1
  else
    bad=1
  fi
  # The way in first; then nobody else may read what was kept, whatever was in it.
  if [ -n "$k" ] && [ -f "$k" ] && [ ! -L "$k" ] && [ ! "$k" -ef "$p" ]; then
    chmod 600 "$k"; chown "$(id -u):$(id -g)" "$k"
  fi
done
`;

const sentences: Readonly<Record<string, (path: string, kept: string) => string>> = {
  left: (path) => `${path} was changed by somebody else meanwhile and is left as it is.`,
  cleared: (path) =>
    `${path} was changed by somebody else meanwhile: only Bulwark's own rules were taken out of it.`,
  kept: (path, kept) =>
    `${path} was changed by somebody else meanwhile: it is as it was before, and their version is kept as ${kept}, for root alone.`,
  lost: (path) =>
    `${path} was changed by somebody else meanwhile: it is as it was before, and their version could not be kept.`,
  gone: (path) => `${path} had been removed by somebody else meanwhile and is there again as it was.`,
};

/** Sentences from `told`; a line of another form says nothing. */
export function toldSentences(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [word = '', path = '', kept = ''] = line.split('\t');
    const sentence = Object.hasOwn(sentences, word) ? sentences[word] : undefined;
    return sentence === undefined || path === '' ? [] : [sentence(path, kept)];
  });
}

/** What a guard that fired did to other people's edits, carried on with how the rest of an undoing ended. */
export function withTold(
  result: Result<void | UndoWords>,
  told: readonly string[],
): Result<void | UndoWords> {
  if (told.length === 0) {
    return result;
  }
  return result.ok
    ? succeed({ words: [...told, ...undoWords(result.value)] })
    : fail({ ...result.error, message: [result.error.message, ...told].join(' ') });
}
