/** Lines of /etc/fstab that turn swap on at boot. Works on bytes, so that nothing else in the file is touched (fstab(5)). */

const mark = '# Swap turned off by Bulwark: ';

/** One character a byte: any byte survives there and back. */
function toText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return text;
}

function turnsSwapOn(line: string): boolean {
  const [spec, , type, options = ''] = line.trim().split(/[ \t]+/);
  return (
    spec !== undefined && !spec.startsWith('#') && type === 'swap' && !options.split(',').includes('noauto')
  );
}

/** Those lines, as they stand in the file. */
export function swapLines(bytes: Uint8Array): readonly string[] {
  return toText(bytes).split('\n').filter(turnsSwapOn);
}

/** The same file with those lines as comments. */
export function withoutSwap(bytes: Uint8Array): Uint8Array {
  const text = toText(bytes)
    .split('\n')
    .map((line) => (turnsSwapOn(line) ? `${mark}${line}` : line))
    .join('\n');
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
