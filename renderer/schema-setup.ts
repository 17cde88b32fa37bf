/** Imported first: schemas must not compile themselves into code, which the content security policy forbids. */
import { z } from 'zod';

z.config({ jitless: true });
