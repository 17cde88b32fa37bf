/**
 * Clear-text settings of Elasticsearch that have a twin in the keystore (vendor's pages "Secure settings" and "Security
 * settings"). Both given at once stops the node, so one replaces the other in a single change.
 */
const twins: readonly (readonly [RegExp, string])[] = [
  [/^(.+\.)?(ssl\.(?:keystore|truststore))\.password$/, '$1$2.secure_password'],
  [/^(.+\.)?(ssl\.keystore)\.key_password$/, '$1$2.secure_key_password'],
  [/^(.+\.)?ssl\.key_passphrase$/, '$1ssl.secure_key_passphrase'],
  [
    /^(xpack\.security\.authc\.realms\.(?:ldap|active_directory)\.[^.]+)\.bind_password$/,
    '$1.secure_bind_password',
  ],
  [/^(xpack\.monitoring\.exporters\.[^.]+\.auth)\.password$/, '$1.secure_password'],
  [/^(xpack\.notification\.email\.account\.[^.]+\.smtp)\.password$/, '$1.secure_password'],
  [/^(xpack\.notification\.jira\.account\.[^.]+)\.password$/, '$1.secure_password'],
  [/^(xpack\.notification\.pagerduty\.account\.[^.]+)\.service_api_key$/, '$1.secure_service_api_key'],
  [
    /^(xpack\.security\.authc\.realms\.saml\.[^.]+\.(?:signing|encryption))\.key_passphrase$/,
    '$1.secure_key_passphrase',
  ],
  [
    /^(xpack\.security\.authc\.realms\.saml\.[^.]+\.(?:signing|encryption)\.keystore)\.password$/,
    '$1.secure_password',
  ],
];

/** Secure from the start: Elasticsearch refuses to start while one of these stands in its yml. */
const alwaysSecure =
  /^(?:bootstrap\.password|keystore\.seed|autoconfiguration\.password_hash|s3\.client\.[^.]+\.(?:access_key|secret_key|session_token)|azure\.client\.[^.]+\.(?:account|key|sas_token)|cluster\.remote\.[^.]+\.credentials|.*\.secure_[a-z_]*(?:password|passphrase|key)|xpack\.security\.authc\.realms\.oidc\.[^.]+\.rp\.client_secret)$/;

/** Name of the keystore setting that can hold what this one holds in clear text; `undefined` when there is none. */
export function secureNameOf(key: string): string | undefined {
  if (alwaysSecure.test(key)) return key;
  for (const [pattern, name] of twins) if (pattern.test(key)) return key.replace(pattern, name);
  return undefined;
}
