/** Whose business each security feature is on each deployment type (vendor's security overview). Decides which controls apply. */
import type { DeploymentType, Responsibility } from '../domain/deployment.ts';

export interface FeatureRow {
  readonly feature: string;
  readonly by: Readonly<Record<DeploymentType, Responsibility>>;
  /** Controls that look at this feature where it is not managed by the provider. */
  readonly controls: readonly string[];
}

function row(
  feature: string,
  hosted: Responsibility,
  serverless: Responsibility,
  orchestrated: Responsibility,
  selfManaged: Responsibility,
  controls: readonly string[],
): FeatureRow {
  const by = {
    'cloud-hosted': hosted,
    serverless,
    ece: orchestrated,
    eck: orchestrated,
    'self-managed': selfManaged,
  };
  return { feature, by, controls };
}

export const deploymentMatrix: readonly FeatureRow[] = [
  row('TLS (HTTP layer)', 'managed', 'managed', 'configurable', 'self-managed', [
    'http-tls',
    'http-client-certificate',
    'protocols',
    'cipher-suites',
    'certificate-expiry',
    'certificate-names',
    'eck-http-tls',
    'ece-proxy-tls',
  ]),
  row('TLS (transport layer)', 'managed', 'managed', 'managed', 'self-managed', [
    'transport-tls',
    'transport-verification',
    'certificate-trust',
    'node-own-key',
  ]),
  row('IP traffic filtering', 'configurable', 'configurable', 'configurable', 'configurable', [
    'firewall-active',
    'http-port-restricted',
    'transport-port-restricted',
    'not-publicly-exposed',
    'ip-filter',
    'eck-network-policy',
  ]),
  row('Private link', 'configurable', 'not-available', 'not-available', 'not-available', []),
  row('Static IPs', 'configurable', 'configurable', 'not-available', 'not-available', []),
  row('Encryption at rest', 'managed', 'managed', 'self-managed', 'self-managed', [
    'es-data-encrypted',
    'es-snapshots-encrypted',
    'es-logs-encrypted',
    'ece-host-encrypted',
  ]),
  row('Bring your own encryption key', 'configurable', 'not-available', 'not-available', 'not-available', []),
  row('Keystore security', 'managed', 'managed', 'configurable', 'configurable', [
    'keystore-present',
    'no-plaintext-secrets',
    'keystore-password',
    'keystore-consistent',
    'kibana-keystore',
    'eck-secure-settings',
  ]),
  row('Kibana: saved object encryption', 'managed', 'managed', 'configurable', 'configurable', [
    'saved-objects-key',
    'saved-objects-rotation',
  ]),
  row('Kibana: sessions', 'configurable', 'managed', 'configurable', 'configurable', [
    'session-idle-timeout',
    'session-lifespan',
    'concurrent-sessions',
  ]),
];
