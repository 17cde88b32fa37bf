/**
 * Certificates in PEM form, and where private keys and stores lie: below the configuration directory, which is all that a node
 * may read of TLS (it refuses other places, seen on 8.19.21), and beside the tools, which write there unless told otherwise.
 * No key leaves the host: openssl, where it is there, tells the public half, and only the digest of that is printed.
 */
import type { CertificateFiles } from '../../domain/certificate.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import type { Section } from '../../text/sections.ts';
import { readCertificatesPem } from '../../text/x509.ts';
import { body, forbidden, known, needsElasticsearch, readSections, unknown } from '../parse.ts';

export const certificateFiles: FactSource<'certificate-files', CertificateFiles> = {
  id: 'certificate-files',
  deadlineSeconds: 10,
  maxBytes: 1_048_576,
  // Names outside of this alphabet could be mistaken for something else; a directory that cannot be entered hides files.
  // Copies keep their ending in the middle (http.p12.bak). Large files are dictionaries and the like: only a key is looked for.
  probe: String.raw`${needsElasticsearch}
section readable
if [ -r "$ES_PATH_CONF" ] && [ -x "$ES_PATH_CONF" ]; then
  case $(LC_ALL=C find -L "$ES_PATH_CONF" -xdev -maxdepth 5 -type d 2>&1 >/dev/null) in *enied*) ;; *) echo yes ;; esac
fi
list() {
  find -L "$ES_PATH_CONF" -xdev -maxdepth 5 -type f "$@" 2>/dev/null
  find -L "$ES_HOME" -maxdepth 1 -type f "$@" 2>/dev/null
}
files=$(list -size -2049 | sort -u)
large=$(list -size +2048 | sort -u)
section odd; LC_ALL=C list -path '*[!-A-Za-z0-9_./@+=:,~ ]*' | grep -c .
section closed; printf '%s\n' "$files" "$large" | while IFS= read -r file; do [ -r "$file" ] || [ -z "$file" ] || echo yes; done | head -n 1
section many; printf '%s\n' "$files" | grep -c .
section large; printf '%s\n' "$large" | grep -c .
section stores; printf '%s\n' "$files" "$large" | grep -vE '/\.?elasticsearch\.keystore[^/]*$' |
  grep -iE '\.(p12|pfx|pkcs12|jks|jceks|bks|bcfks|keystore|zip|tar|tgz|gz|bz2|xz|zst|7z)([._~-][^/]*)?$' | head -n 100
old=$IFS
IFS='
'
set -f
for file in $(printf '%s\n' "$files" | head -n 1000); do
  IFS=$old
  case $file in *[!-A-Za-z0-9_./@+=:,~\ ]* | *elasticsearch.keystore | *.p12 | *.pfx | *.jks | *.zip) continue ;; esac
  found=$(LC_ALL=C tr -d '\000' <"$file" 2>/dev/null | LC_ALL=C grep -oE -e '-----BEGIN [A-Z0-9 ]*(CERTIFICATE|PRIVATE KEY)-----' | sort -u)
  case $found in
    *CERTIFICATE-----*)
      section pem "$file"
      LC_ALL=C sed -n '/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/,/-----END [A-Z0-9 ]*CERTIFICATE-----/p' -- "$file" | head -c 262144 | plain
      ;;
  esac
  case $found in
    *'PRIVATE KEY-----'*)
      section key "$file"
      command -v openssl >/dev/null 2>&1 &&
        openssl pkey -in "$file" -passin pass: -pubout -outform DER 2>/dev/null </dev/null | openssl dgst -sha256 -r 2>/dev/null | cut -c 1-64
      ;;
    '')
      if [ -s "$file" ] && printf '%s\n' "$file" | grep -qiE '\.(key|der|pk8|p8|pvk)([._~-][^/]*)?$'; then
        openssl x509 -inform DER -in "$file" -noout >/dev/null 2>&1 </dev/null || section raw "$file"
      fi
      ;;
  esac
done
IFS='
'
for file in $(printf '%s\n' "$large" | head -n 40); do
  IFS=$old
  head -c 8388608 -- "$file" 2>/dev/null | LC_ALL=C tr -d '\000' | LC_ALL=C grep -qE -e '-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----' && section key "$file"
done
IFS=$old
set +f
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'certificate files', context, (sections) => {
      // Other accounts may be kept out of one file that would change the verdict.
      if (!context.privileged)
        return forbidden('Certificates and keys', 'the configuration directory', context);
      if (body(sections, 'readable').trim() !== 'yes')
        return forbidden('The configuration directory', 'the configuration directory', context);
      const odd = Number(body(sections, 'odd').trim() || 'NaN');
      const many = Number(body(sections, 'many').trim() || 'NaN');
      const large = Number(body(sections, 'large').trim() || 'NaN');
      if (odd !== 0 || !(many > 0 && many <= 1000 && large <= 40))
        return unknown(
          odd > 0
            ? 'A file of Elasticsearch has a name with unusual characters, and was not looked into.'
            : 'There are no files below the configuration directory, or more than Bulwark looks into.',
          'Rename the file or move what Elasticsearch does not need elsewhere, then assess again.',
          'the configuration directory',
          context,
        );
      if (body(sections, 'closed').trim() !== '')
        return forbidden('A file below the configuration directory', 'the configuration directory', context);
      return known(
        {
          pem: named(sections, 'pem').map(({ rest, body: text }) => ({
            path: rest,
            ...readCertificatesPem(text),
          })),
          keys: named(sections, 'key').map(({ rest, body: text }) => ({
            path: rest,
            keyHash: hashOf(text.trim()),
          })),
          stores: [
            ...body(sections, 'stores')
              .split('\n')
              .filter((path) => path.startsWith('/')),
            ...named(sections, 'raw').map(({ rest }) => rest),
          ],
        },
        'below the configuration directory',
        context,
      );
    }),
};

/** SHA-256 of nothing is what a failing openssl leaves. */
const ofNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function hashOf(text: string): string | undefined {
  return /^[0-9a-f]{64}$/.test(text) && text !== ofNothing ? text : undefined;
}

function named(sections: readonly Section[], name: string): readonly Section[] {
  return sections.filter((section) => section.name === name && section.rest.startsWith('/'));
}
