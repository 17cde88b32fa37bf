import { describe, expect, it } from 'vitest';
import { explainStartFailure, lineOfSetting, startFailureSentence } from './start-failure.ts';

const booting = (text: string) =>
  `[2026-11-21T21:24:47,444][ERROR][o.e.b.Elasticsearch      ] [f1] fatal exception while booting Elasticsearch${text}\nERROR: Elasticsearch died while starting up, with exit code 1\n`;

describe('explainStartFailure', () => {
  it.each([
    [
      booting(
        'java.lang.IllegalArgumentException: unknown setting [xpack.security.foo.bar] did you mean [xpack.security.user]?',
      ),
      'xpack.security.foo.bar is not a setting of this version. Perhaps xpack.security.user was meant.',
    ],
    [
      booting('\njava.lang.IllegalArgumentException: unknown setting [a.b] did you mean any of [a.c, a.d]?'),
      'a.b is not a setting of this version. Perhaps a.c, a.d was meant.',
    ],
    [
      "Caused by: org.elasticsearch.xcontent.XContentParseException: [94:23] Duplicate field 'xpack.security.enabled'",
      'xpack.security.enabled is given twice. Keep one of the two lines.',
    ],
    [
      'XContentParseException: [94:8] while scanning for the next token\nfound character',
      'The line begins with a tab. YAML is indented with blanks only.',
    ],
    [
      booting(
        'unknown secure setting [cluster.state.encryption.active_password_id] please check that any required plugins are installed',
      ),
      'The keystore holds cluster.state.encryption.active_password_id, which this version does not know. Remove the entry or install the plugin it belongs to.',
    ],
    [
      booting(
        'invalid configuration for xpack.security.transport.ssl - [xpack.security.transport.ssl.enabled] is not set, but the following settings have been configured in elasticsearch.yml : [xpack.security.transport.ssl.keystore.secure_password]',
      ),
      'xpack.security.transport.ssl.enabled is missing while xpack.security.transport.ssl.keystore.secure_password is set (in elasticsearch.yml or the keystore). Set it to true or false.',
    ],
    [
      booting(
        'failed to load SSL configuration [xpack.security.http.ssl] - cannot read configured [PKCS12] keystore (as a truststore) [/etc/x/http.p12] - this is usually caused by an incorrect password; (no password was provided)',
      ),
      'The PKCS12 file /etc/x/http.p12 is protected and its password is not in the keystore.',
    ],
    [
      'java.nio.file.AccessDeniedException: /etc/elasticsearch/elasticsearch.keystore',
      'The service user may not open /etc/elasticsearch/elasticsearch.keystore. Owner or mode of the path is wrong.',
    ],
    [
      'bootstrap check failure [1] of [1]: Transport SSL must be enabled if security is enabled. Please set [a] to [true]; for more information see [x]',
      'A bootstrap check refuses this configuration: Transport SSL must be enabled if security is enabled. Please set [a] to [true].',
    ],
    [
      booting('java.lang.RuntimeException: can not run elasticsearch as root'),
      'Elasticsearch refuses to run as root.',
    ],
    [
      booting('java.lang.IllegalStateException: something new'),
      'Elasticsearch ended with: java.lang.IllegalStateException: something new',
    ],
  ])('says it in words', (text, words) => {
    expect(explainStartFailure(text)?.words).toBe(words);
  });

  it('finds nothing in the log of a node that runs', () => {
    expect(
      explainStartFailure('[INFO ][o.e.n.Node ] [n] started {n}{x}\n[WARN ][BootstrapChecks] careful'),
    ).toBeUndefined();
    expect(explainStartFailure('')).toBeUndefined();
  });

  it('shows the decisive line without its prefix', () => {
    expect(explainStartFailure(booting('java.lang.X: unknown setting [a.b]'))?.line).toBe(
      'java.lang.X: unknown setting [a.b]',
    );
  });
});

describe('startFailureSentence', () => {
  const yml = 'cluster.name: x\n\nxpack:\n  security:\n    foo: 1\nnode.name: y\n';

  it('names the line of the setting', () => {
    expect(lineOfSetting(yml, 'node.name')).toBe(6);
    expect(lineOfSetting(yml, 'xpack.security.foo')).toBe(5);
    expect(lineOfSetting(yml, 'absent')).toBeUndefined();
    const failure = { words: 'Wrong.', line: '', settings: ['absent', 'node.name'] };
    expect(startFailureSentence(failure, yml)).toBe('elasticsearch.yml, line 6: Wrong.');
    expect(startFailureSentence(failure, undefined)).toBe('Wrong.');
  });

  it('prefers the place that the parser gave', () => {
    expect(
      startFailureSentence({ words: 'Tab.', line: '', settings: [], at: { line: 94, column: 8 } }, yml),
    ).toBe('elasticsearch.yml, line 94: Tab.');
  });
});
