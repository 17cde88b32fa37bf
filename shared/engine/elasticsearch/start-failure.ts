/**
 * Finds in what Elasticsearch and its launcher printed the one line that says why a node did not start, and says it in an
 * operator's words. Sentences were collected from nodes of 8.19.21 and 9.x that were started with one thing wrong.
 */

export interface StartFailure {
  /** What is wrong and what to do about it, one or two sentences. */
  readonly words: string;
  /** The decisive line as it was printed, shortened. */
  readonly line: string;
  /** Settings it names. */
  readonly settings: readonly string[];
  /** Line and column of elasticsearch.yml, when the parser gave them. */
  readonly at?: { readonly line: number; readonly column: number };
}

interface Cause {
  readonly pattern: RegExp;
  readonly words: (found: RegExpExecArray) => string;
  readonly settings?: (found: RegExpExecArray) => readonly string[];
  readonly at?: (found: RegExpExecArray) => { readonly line: number; readonly column: number };
}

const group = (found: RegExpExecArray, index: number) => found[index] ?? '';
const position = (found: RegExpExecArray) => ({
  line: Number(group(found, 1)),
  column: Number(group(found, 2)),
});

/** In order of worth: what stands first explains best when several are there. */
const causes: readonly Cause[] = [
  {
    pattern: /unknown secure setting \[([^\]]+)\]/,
    words: (found) =>
      `The keystore holds ${group(found, 1)}, which this version does not know. Remove the entry or install the plugin it belongs to.`,
    settings: (found) => [group(found, 1)],
  },
  {
    pattern: /unknown setting \[([^\]]+)\](?: did you mean (?:any of )?\[(.+?)\]\?)?/,
    words: (found) =>
      `${group(found, 1)} is not a setting of this version.${found[2] === undefined ? '' : ` Perhaps ${found[2]} was meant.`}`,
    settings: (found) => [group(found, 1)],
  },
  {
    pattern: /\[(\d+):(\d+)\] Duplicate field '([^']+)'/,
    words: (found) => `${group(found, 3)} is given twice. Keep one of the two lines.`,
    settings: (found) => [group(found, 3)],
    at: position,
  },
  {
    pattern: /\[(\d+):(\d+)\] while scanning for the next token/,
    words: () => 'The line begins with a tab. YAML is indented with blanks only.',
    at: position,
  },
  {
    pattern: /\[(\d+):(\d+)\] mapping values are not allowed here/,
    words: () => 'The line is indented differently from the ones around it.',
    at: position,
  },
  {
    pattern: /XContentParseException: \[(\d+):(\d+)\] (.{1,120})/,
    words: (found) => `The file is not valid YAML: ${group(found, 3)}.`,
    at: position,
  },
  {
    pattern:
      /invalid configuration for (\S+) - \[([^\]]+)\] is not set, but the following settings have been configured in elasticsearch\.yml : \[([^\]]*)\]/,
    words: (found) =>
      `${group(found, 2)} is missing while ${group(found, 3)} is set (in elasticsearch.yml or the keystore). Set it to true or false.`,
    settings: (found) => [group(found, 2), ...group(found, 3).split(',')],
  },
  {
    pattern: /Setting \[([^\]]+)\] is a secure setting and must be stored inside the Elasticsearch keystore/,
    words: (found) => `${group(found, 1)} is a secret and belongs in the keystore, not in elasticsearch.yml.`,
    settings: (found) => [group(found, 1)],
  },
  {
    pattern: /Setting \[([^\]]+)\] is a non-secure setting and must be stored inside elasticsearch\.yml/,
    words: (found) => `${group(found, 1)} is in the keystore but belongs in elasticsearch.yml.`,
    settings: (found) => [group(found, 1)],
  },
  {
    pattern:
      /cannot read configured \[(\S+)\] keystore \(?([^)[]*)\)?\s*\[([^\]]+)\] - this is usually caused by an incorrect password; \((.+?)\)/,
    words: (found) =>
      /no password/.test(group(found, 4))
        ? `The ${group(found, 1)} file ${group(found, 3)} is protected and its password is not in the keystore.`
        : `The password in the keystore does not open the ${group(found, 1)} file ${group(found, 3)}.`,
  },
  {
    pattern: /cannot read configured (?:PEM )?(\S+?)s? \[([^\]]+)\] because the file does not exist/,
    words: (found) => `The file ${group(found, 2)} (${group(found, 1)}) does not exist.`,
  },
  {
    pattern: /\[([^\]]+)\] because access to read the file is blocked/,
    words: (found) =>
      `${group(found, 1)} lies outside the configuration directory, where Elasticsearch may not read.`,
  },
  {
    pattern: /not permitted to read the (.{1,40}?) file \[([^\]]+)\]/,
    words: (found) => `The service user may not read the ${group(found, 1)} file ${group(found, 2)}.`,
  },
  {
    pattern: /\[([^\]]+)\] because the file does not exist/,
    words: (found) => `The file ${group(found, 1)} does not exist.`,
  },
  {
    pattern: /cannot load PEM private key from \[?([^\]\s]+)\]? due to/,
    words: (found) =>
      `The private key ${group(found, 1)} cannot be opened; most often its passphrase is missing in the keystore.`,
  },
  {
    pattern: /cannot load PEM certificate from \[?([^\]\s]+)\]?/,
    words: (found) => `${group(found, 1)} is not a certificate.`,
  },
  {
    pattern: /the truststore \[([^\]]+)\] does not contain any trusted certificate entries/,
    words: (found) => `${group(found, 1)} holds no certificate that Java trusts.`,
  },
  {
    pattern: /unknown value \[([^\]]+)\], recognised values are \[([^\]]+)\]/,
    words: (found) => `The value ${group(found, 1)} is not possible; possible are ${group(found, 2)}.`,
  },
  {
    pattern: /no supported SSL\/TLS protocol was found in the configured supported protocols: \[([^\]]+)\]/,
    words: (found) => `None of the configured TLS versions (${group(found, 1)}) exists in this Java.`,
  },
  {
    pattern: /none of the ciphers \[([^\]]+)\] are supported by this JVM/,
    words: (found) => `None of the configured cipher suites (${group(found, 1)}) exists in this Java.`,
  },
  {
    pattern: /Failed to parse value (?:\[[^\]]*\] )?for setting \[([^\]]+)\](.{0,120})/,
    words: (found) =>
      `The value of ${group(found, 1)} is not possible${group(found, 2).replace(/[.\s]+$/, '')}.`,
    settings: (found) => [group(found, 1)],
  },
  {
    pattern: /Provided keystore password was incorrect/,
    words: () => 'The keystore is protected by a password and the service was given another one.',
  },
  {
    pattern: /unable to read from standard input; is standard input open and a tty attached/,
    words: () => 'The keystore is protected by a password and the service was given none.',
  },
  {
    pattern: /format is too new/,
    words: () => 'The keystore was written by a newer version of Elasticsearch.',
  },
  {
    pattern: /AccessDeniedException: (\S+)/,
    words: (found) => `The service user may not open ${group(found, 1)}. Owner or mode of the path is wrong.`,
  },
  {
    pattern: /unable to create temporary keystore at \[([^\]]+)\]/,
    words: () =>
      'There is no keystore and the service user may not create one in the configuration directory.',
  },
  {
    pattern: /bootstrap check failure \[\d+\] of \[\d+\]: (.{1,300}?)(?:; for more information|$)/m,
    words: (found) => `A bootstrap check refuses this configuration: ${group(found, 1)}.`,
  },
  {
    pattern: /The default value for \[xpack\.security\.enabled\] has changed/,
    words: () =>
      'The data comes from a version before 8 and xpack.security.enabled is not set. Set it explicitly.',
    settings: () => ['xpack.security.enabled'],
  },
  {
    pattern: /Failed to bind to (\S+)|BindException: (.{1,80})/,
    words: (found) =>
      `The node cannot listen on ${found[1] ?? 'its address'}: the port is taken or the address is not of this host.`,
  },
  {
    pattern: /failed to obtain node locks, tried \[([^\]]+)\]/,
    words: (found) =>
      `The data directory ${group(found, 1)} is in use by another node or not writable for the service user.`,
  },
  {
    pattern: /Error opening log file '([^']+)': (.{1,60})/,
    words: (found) => `The log file ${group(found, 1)} cannot be written: ${group(found, 2)}.`,
  },
  {
    pattern: /Unrecognized VM option '([^']+)'|Unrecognized option: (\S+)/,
    words: (found) => `Java does not know the option ${found[1] ?? group(found, 2)} in the JVM options.`,
  },
  {
    pattern: /Could not reserve enough space|Cannot allocate memory|insufficient memory for the Java Runtime/,
    words: () => 'There is not enough free memory for the Java process.',
  },
  {
    pattern: /can not run elasticsearch as root/,
    words: () => 'Elasticsearch refuses to run as root.',
  },
  {
    pattern: /could not find java in \S+ at (\S+)/,
    words: (found) => `There is no Java at ${group(found, 1)}.`,
  },
  {
    pattern: /Failed to load service_tokens file \[([^\]]+)\]/,
    words: (found) => `The service user may not read ${group(found, 1)}.`,
  },
  {
    pattern: /No space left on device/,
    words: () => 'No space is left on the file system.',
  },
];

/** Log lines and stack frames repeat the cause; the first line that carries it is the one to show. */
function decisiveLine(text: string, at: number): string {
  const begin = text.lastIndexOf('\n', at) + 1;
  const end = text.indexOf('\n', at);
  return text
    .slice(begin, end < 0 ? undefined : end)
    .replace(/^\[[^\]]*\]\[\w+\s*\]\[[^\]]*\] \[[^\]]*\] /, '')
    .replace(/^fatal exception while booting Elasticsearch\s*/, '')
    .slice(0, 400);
}

/**
 * Undefined when nothing decisive is in the text. The text is the launcher's standard output and error, its journal, or
 * the tail of the node's log.
 */
export function explainStartFailure(text: string): StartFailure | undefined {
  for (const cause of causes) {
    const found = cause.pattern.exec(text);
    if (found !== null) {
      return {
        words: cause.words(found),
        line: decisiveLine(text, found.index),
        settings: cause.settings?.(found).filter((name) => name !== '') ?? [],
        ...(cause.at === undefined ? {} : { at: cause.at(found) }),
      };
    }
  }
  const general =
    /fatal exception while booting Elasticsearch\s*(\S.{0,300})/.exec(text) ??
    /^(?:Exception in thread "main" )?((?:org|java)\.[\w.$]+(?:Exception|Error): .{1,300})/m.exec(text);
  return general?.[1] === undefined
    ? undefined
    : {
        words: `Elasticsearch ended with: ${general[1].slice(0, 200)}`,
        line: general[1].slice(0, 400),
        settings: [],
      };
}

/** Number (from 1) of the line of elasticsearch.yml that gives a setting in flat spelling, or its last nested part. */
export function lineOfSetting(yml: string, setting: string): number | undefined {
  const lines = yml.split('\n');
  const parts = setting.split('.');
  for (let cut = 0; cut < parts.length; cut += 1) {
    const key = parts.slice(cut).join('.');
    const at = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`));
    if (at >= 0) {
      return at + 1;
    }
  }
  return undefined;
}

/** One sentence with the place in elasticsearch.yml when it is known: "elasticsearch.yml, line 12: …". */
export function startFailureSentence(failure: StartFailure, yml: string | undefined): string {
  const line =
    failure.at?.line ??
    (yml === undefined
      ? undefined
      : failure.settings.map((setting) => lineOfSetting(yml, setting)).find((found) => found !== undefined));
  return line === undefined ? failure.words : `elasticsearch.yml, line ${line}: ${failure.words}`;
}
