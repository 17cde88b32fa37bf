/** The report's fonts, as files that carry their licence: Inter and IBM Plex Mono, static, so that they stay text in the PDF. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ReportFont } from '../../../shared/engine/report/ports.ts';

/** As the font packages' own style sheets give them. */
const ranges = {
  latin:
    'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD',
  'latin-ext':
    'U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF',
} as const;

type Script = keyof typeof ranges;
interface FontFile {
  readonly family: ReportFont['family'];
  readonly weight: ReportFont['weight'];
  readonly script: Script;
  readonly package: string;
  readonly file: string;
}

function face(family: ReportFont['family'], id: string, weight: ReportFont['weight']): readonly FontFile[] {
  return (['latin', 'latin-ext'] as const).map((script) => ({
    family,
    weight,
    script,
    package: `@fontsource/${id}`,
    file: `${id}-${script}-${weight}-normal.woff2`,
  }));
}

const files = [
  ...face('Inter', 'inter', 400),
  ...face('Inter', 'inter', 600),
  ...face('IBM Plex Mono', 'ibm-plex-mono', 400),
  ...face('IBM Plex Mono', 'ibm-plex-mono', 500),
];

/** Names of the files that a package of the app has to hold in one folder. */
export const reportFontFiles: readonly { readonly package: string; readonly file: string }[] = files;

/**
 * Reads the fonts from `folder`, or from the installed packages when there is none. A font that cannot be read is left out:
 * a report in the system's font is better than no report.
 */
export async function loadReportFonts(folder?: string): Promise<readonly ReportFont[]> {
  const loaded = await Promise.all(files.map(async (font) => await loadFont(font, folder)));
  return loaded.filter((font) => font !== undefined);
}

async function loadFont(font: FontFile, folder: string | undefined): Promise<ReportFont | undefined> {
  try {
    const bytes = await readFile(folder === undefined ? installed(font) : path.join(folder, font.file));
    return {
      family: font.family,
      weight: font.weight,
      unicodeRange: ranges[font.script],
      base64: bytes.toString('base64'),
    };
  } catch {
    return undefined;
  }
}

function installed(font: FontFile): string {
  return createRequire(import.meta.url).resolve(`${font.package}/files/${font.file}`);
}
