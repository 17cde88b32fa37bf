/** Built-in users that have a password (vendor docs: built-in users). */
import { z } from 'zod';

export const builtInUserSchema = z.enum([
  'elastic',
  'kibana_system',
  'logstash_system',
  'beats_system',
  'apm_system',
  'remote_monitoring_user',
]);
export type BuiltInUser = z.infer<typeof builtInUserSchema>;
export const builtInUsers: readonly BuiltInUser[] = builtInUserSchema.options;
