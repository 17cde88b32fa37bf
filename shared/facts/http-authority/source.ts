/** Public certificates of the authority that HTTP clients of the node trust: what its TLS is checked against. Never a key. */
import type { FactSource } from '../../engine/fact-source.ts';
import { body, known, needsElasticsearch, readSections } from '../parse.ts';

export const httpAuthority: FactSource<'http-authority', string> = {
  id: 'http-authority',
  deadlineSeconds: 3,
  maxBytes: 65_536,
  probe: String.raw`${needsElasticsearch}
section pem
for file in "$ES_PATH_CONF"/certs/http_ca.crt "$ES_PATH_CONF"/certs/http_ca.pem "$ES_PATH_CONF"/certs/ca.crt "$ES_PATH_CONF"/certs/ca.pem "$ES_PATH_CONF"/http_ca.crt; do
  [ -f "$file" ] && sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' "$file"
done
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'the HTTP authority', context, (sections) =>
      known(body(sections, 'pem').trim(), 'certs directory', context),
    ),
};
