/** Deployment types and which security feature is whose business on each: data for step 1 and the report. */
import { z } from 'zod';

export const deploymentTypes = ['self-managed', 'ece', 'eck', 'cloud-hosted', 'serverless'] as const;
export const deploymentTypeSchema = z.enum(deploymentTypes);
export type DeploymentType = (typeof deploymentTypes)[number];

export const responsibilities = ['managed', 'configurable', 'self-managed', 'not-available'] as const;
export type Responsibility = (typeof responsibilities)[number];
