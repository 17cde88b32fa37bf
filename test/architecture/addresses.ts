/** The project speaks of itself only: no address that it does not need, no path of the machine that it was written on. */
import type { Source } from './source.ts';

/** Hosts that the text may name, because a person reads there what a statement rests on, or because they are made up. */
const READABLE = [
  /(^|\.)elastic\.co$/,
  /(^|\.)elasticsearch\.org$/,
  /(^|\.)nist\.gov$/,
  /(^|\.)cisecurity\.org$/,
  /(^|\.)(w3|ietf|rfc-editor|etsi|oasis-open|in-toto|json-schema|owasp|mitre|apache|keepachangelog|semver|adr)\.(org|io|github\.io)$/,
  /(^|\.)github\.io$/,
  /(^|\.)(example|test|invalid|local|localhost|internal)$/,
  /(^|\.)example\.(com|org|net)$/,
  /^json\.schemastore\.org$/,
  /^localhost$/,
  /^app$/,
  /^\[?[0-9a-f:.]+\]?$/,
];

const LOCK_FILE = 'package-lock.json';
const ADDRESS = /\b(?:https?|ftp):\/\/([A-Za-z0-9.[\]:-]+)/g;

export function strangeAddresses(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => path !== LOCK_FILE)
    .flatMap(({ path, text }) =>
      [...text.matchAll(ADDRESS)]
        .map((match) =>
          (match[1] ?? '')
            .replace(/:\d*$/, '')
            .replace(/[.:]+$/, '')
            .toLowerCase(),
        )
        .filter((host) => host.includes('.') || host === 'localhost')
        .filter((host) => !READABLE.some((readable) => readable.test(host)))
        .map(
          (host) => `${path} names ${host}: where things come from is the machine's own setting, not ours.`,
        ),
    );
}

/** The lock file holds the addresses of authors, but must not tell everybody to fetch from where its writer did. */
export function pinnedDownloads(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path, text }) => path === LOCK_FILE && /"resolved": *"(?!file:)/.test(text))
    .map(
      ({ path }) =>
        `${path} says where packages come from: write it with omit-lockfile-registry-resolved=true.`,
    );
}

/**
 * Paths that exist on one machine only.
 *
 * @param here the folder of this checkout, on the machine that runs the test
 */
export function pathsOfThisMachine(sources: readonly Source[], here: string): string[] {
  return sources
    .filter(
      ({ text }) =>
        text.includes(`${here}/`) ||
        /\/(?:home|Users)\/(?!admin\b|operator\b|user\b)[a-z][a-z0-9]+\/[a-z]+\/(?:src|git|projects?)\b/.test(
          text,
        ),
    )
    .map(({ path }) => `${path} names a path of somebody's machine.`);
}
