/** The change that puts a key and its certificate in place. */
import { z } from 'zod';
import { esInstallSchema } from '../elasticsearch.ts';
import { hostIdSchema } from '../host.ts';
import { absolutePath, accountName, digest, octalMode } from './values.ts';

/** RSA for clients that do not know elliptic curves. */
export const keyTypes = ['p-256', 'rsa-3072'] as const;
export type KeyType = (typeof keyTypes)[number];

/** Where the vault keeps the one authority for all nodes of the workspace. */
export const authorityRef = 'pki/authority';

/** Certificates in PEM form, at most 64 KiB; never a key. */
const publicPem = z
  .string()
  .max(65_536)
  .regex(/-----BEGIN CERTIFICATE-----/)
  .refine((text) => !text.includes('PRIVATE KEY'));

const placedFileSchema = z.strictObject({
  path: absolutePath,
  owner: accountName,
  group: accountName,
  mode: octalMode,
  /** SHA-256 that was planned on; `absent` when there was no file. Left out: whatever is there is replaced. */
  expects: z.union([digest, z.literal('absent')]).optional(),
});
/** Nothing for others. */
const privateFileSchema = placedFileSchema.extend({ mode: z.string().regex(/^0?[46][046]0$/) });
const vaultSecretSchema = z.strictObject({ from: z.literal('vault'), ref: z.string().min(1) });

/** An authority takes the place of another one: its rounds are carried out on all nodes of a cluster, one round after the other. */
const rollOverSchema = z.strictObject({
  /** SHA-256 of the new authority's certificate. */
  to: digest,
  /** 1: trust both. 2: certificates of the new one. 3: trust the new one alone. */
  round: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  /** Of all nodes of the cluster. */
  hosts: z.array(hostIdSchema).min(1).max(500),
});
export type RollOver = Readonly<z.infer<typeof rollOverSchema>>;

/** Where the vault keeps the authority that is to take the place of the one under this name. */
export const nextAuthorityRef = (ref: string): string => `${ref}/next`;

export const authorityTrustChangeSchema = z.strictObject({
  kind: z.literal('authority-trust'),
  install: esInstallSchema,
  rollOver: rollOverSchema,
  /** Everything by which the node, and who connects to it from its host, knows other certificates. */
  files: z
    .array(
      z.discriminatedUnion('form', [
        z.strictObject({ form: z.literal('pem'), path: absolutePath }),
        z.strictObject({ form: z.literal('pkcs12'), path: absolutePath, password: vaultSecretSchema }),
      ]),
    )
    .min(1)
    .max(10),
  oldPem: publicPem,
  newPem: publicPem,
  /** What clients of this node trust, as the vault has it for the operator. */
  httpCaRef: z.string().min(1),
  authorityRef: z.string().min(1),
  /** The last step of all: from then on the authority of the vault is the new one. */
  settles: z.literal(true).optional(),
});

export const certificateInstallChangeSchema = z
  .strictObject({
    kind: z.literal('certificate-install'),
    /** What the certificate is for: decides which usages it must allow. */
    use: z.enum(['http', 'transport']),
    files: z.discriminatedUnion('form', [
      z.strictObject({
        form: z.literal('pem'),
        key: privateFileSchema,
        /** The certificate and what is between it and the authority. */
        certificate: placedFileSchema,
        /** The authority's certificate. */
        authority: placedFileSchema.optional(),
      }),
      z.strictObject({
        form: z.literal('pkcs12'),
        store: privateFileSchema,
        password: vaultSecretSchema,
      }),
    ]),
    /** The private key in PEM form without a passphrase. */
    key: vaultSecretSchema,
    /** The certificate first, then intermediate ones; left out where one is issued. */
    certificatePem: publicPem.optional(),
    /** The authorities that the chain must end in; left out where one is issued. */
    caPem: publicPem.optional(),
    /**
     * Issue key and certificate by the authority in the vault when the change is carried out. The key's entry then holds both,
     * and what it holds already is used again as long as it fits.
     */
    issue: z
      .strictObject({
        /** Of the whole workspace, not of one host. */
        authorityRef: z.string().min(1),
        keyType: z.enum(keyTypes),
        /** 1 to 3650. */
        days: z.number().int().min(1).max(3650),
        /** Subject of the authority above the certificate that is there: no other one may take its place. */
        issuerName: z.string().min(1).max(500),
        /** The authority whose place it takes: it signed what is there, and stays trusted beside the new one. */
        inPlaceOf: publicPem.optional(),
      })
      .optional(),
    rollOver: rollOverSchema.optional(),
    /** DNS names and addresses by which others reach the node; the certificate must cover each. */
    names: z.array(z.string().min(1).max(253)).min(1).max(100),
    /**
     * The HTTP port on which the node already serves the certificate of these very files and must soon serve the new one.
     * Left out where the node only takes the files at its next start.
     */
    served: z
      .strictObject({
        port: z.number().int().min(1).max(65535),
        /** Where the transport port reads the same files. */
        transportPort: z.number().int().min(1).max(65535).optional(),
      })
      .optional(),
  })
  .refine(
    ({ certificatePem, caPem, issue }) =>
      (issue === undefined) === (certificatePem !== undefined && caPem !== undefined),
    'Give a certificate with its authority, or have one issued.',
  );
