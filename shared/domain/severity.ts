/** How much harm an unmet condition can do; belongs to the control. */
import { z } from 'zod';

export const severities = ['critical', 'high', 'medium', 'low', 'informational'] as const;
export const severitySchema = z.enum(severities);
export type Severity = (typeof severities)[number];
