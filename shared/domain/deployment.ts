/** Deployment types and which security feature is whose business on each: data for step 1 and the report. */
import { z } from 'zod';

export const deploymentTypes = ['self-managed', 'ece', 'eck', 'cloud-hosted', 'serverless'] as const;
export const deploymentTypeSchema = z.enum(deploymentTypes);
export type DeploymentType = (typeof deploymentTypes)[number];

export const responsibilities = ['managed', 'configurable', 'self-managed', 'not-available'] as const;
export type Responsibility = (typeof responsibilities)[number];

/** A security feature and whose business it is on each deployment type (vendor's security overview, feature table). */
export interface FeatureRow {
  readonly feature: string;
  readonly by: Readonly<Record<DeploymentType, Responsibility>>;
}

function row(
  feature: string,
  cloudHosted: Responsibility,
  serverless: Responsibility,
  orchestrated: Responsibility,
  selfManaged: Responsibility,
): FeatureRow {
  return {
    feature,
    by: {
      'self-managed': selfManaged,
      ece: orchestrated,
      eck: orchestrated,
      'cloud-hosted': cloudHosted,
      serverless,
    },
  };
}

/** Shown when a deployment type is chosen. */
export const featureMatrix: readonly FeatureRow[] = [
  row('TLS on the HTTP layer', 'managed', 'managed', 'configurable', 'self-managed'),
  row('TLS on the transport layer', 'managed', 'managed', 'managed', 'self-managed'),
  row('IP traffic filtering', 'configurable', 'configurable', 'configurable', 'configurable'),
  row('Private link', 'configurable', 'not-available', 'not-available', 'not-available'),
  row('Static IP addresses', 'configurable', 'configurable', 'not-available', 'not-available'),
  row('Encryption at rest', 'managed', 'managed', 'self-managed', 'self-managed'),
  row('Bring your own encryption key', 'configurable', 'not-available', 'not-available', 'not-available'),
  row('Keystore security', 'managed', 'managed', 'configurable', 'configurable'),
  row('Kibana: saved object encryption', 'managed', 'managed', 'configurable', 'configurable'),
  row('Kibana: sessions', 'configurable', 'managed', 'configurable', 'configurable'),
];
