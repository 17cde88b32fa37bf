/** One revision that attaches the report's JSON and leaves a gap for the signature over everything else. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { PdfFile } from './file.ts';
import { PdfUpdate } from './update.ts';
import {
  array,
  dict,
  hexString,
  name,
  type PdfDict,
  type PdfObject,
  PdfProblem,
  type PdfRef,
  ref,
  spell,
  textString,
  withEntries,
} from './value.ts';

/** Room for a signature with its certificates and, one day, a time stamp. */
export const signatureBytes = 8192;

export interface Attachment {
  readonly name: string;
  readonly mediaType: string;
  readonly description: string;
  readonly bytes: Uint8Array;
}

export interface Prepared {
  readonly bytes: Buffer;
  /** Offsets of `<` and behind `>`: what the signature leaves out. */
  readonly gap: readonly [number, number];
}

/** Throws PdfProblem when the PDF is not of the form that Chromium writes. */
export function prepareForSigning(
  pdf: Buffer,
  attachment: Attachment,
  signature: { readonly signer: string; readonly reason: string; readonly at: Date },
): Prepared {
  const file = new PdfFile(pdf);
  const rootRef = file.trailer.entries.get('Root');
  const pageRef = firstPage(file);
  if (!isRef(rootRef)) throw new PdfProblem('it has no catalogue');
  const root = file.dictOf(rootRef);
  const page = file.dictOf(pageRef);
  if (root.entries.has('AcroForm')) throw new PdfProblem('it has a form already');
  const update = new PdfUpdate(file);
  const specification = attach(update, attachment, signature.at);
  const field = update.reserve();
  const value = update.reserve();
  update.set(field, widget(pageRef, value));
  update.set(pageRef, withEntries(page, { Annots: array([...annotations(file, page), field]) }));
  update.set(
    rootRef,
    withEntries(root, {
      Names: withNames(file, root, attachment.name, specification),
      AF: array([specification]),
      AcroForm: dict({ Fields: array([field]), SigFlags: 3 }),
    }),
  );
  update.setSpelled(value, signatureDictionary(signature));
  const id = createHash('sha256').update(pdf).digest().subarray(0, 16);
  const bytes = update.finish({ ID: array([hexString(id), hexString(id)]) });
  return fillByteRange(bytes);
}

function isRef(value: unknown): value is PdfRef {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'ref';
}

function firstPage(file: PdfFile): PdfRef {
  let node: PdfObject | undefined = file.dictOf(file.trailer.entries.get('Root')).entries.get('Pages');
  for (let depth = 0; depth < 64; depth += 1) {
    if (!isRef(node)) break;
    const kids = file.resolve(file.dictOf(node).entries.get('Kids'));
    if (kids === null) return node;
    if (typeof kids !== 'object' || kids.kind !== 'array') break;
    node = kids.items[0];
  }
  throw new PdfProblem('it has no pages');
}

function annotations(file: PdfFile, page: PdfDict) {
  const found = file.resolve(page.entries.get('Annots'));
  return found !== null && typeof found === 'object' && found.kind === 'array' ? found.items : [];
}

function withNames(file: PdfFile, root: PdfDict, fileName: string, specification: PdfRef): PdfDict {
  const names = root.entries.has('Names') ? file.dictOf(root.entries.get('Names')) : dict({});
  if (names.entries.has('EmbeddedFiles')) throw new PdfProblem('it has attachments already');
  return withEntries(names, {
    EmbeddedFiles: dict({ Names: array([textString(fileName), specification]) }),
  });
}

function attach(update: PdfUpdate, attachment: Attachment, at: Date): PdfRef {
  const embedded = update.reserve();
  const specification = update.reserve();
  update.setStream(embedded, {
    dict: dict({
      Type: name('EmbeddedFile'),
      Subtype: name(attachment.mediaType),
      Filter: name('FlateDecode'),
      Params: dict({ Size: attachment.bytes.length, ModDate: pdfDate(at) }),
    }),
    raw: deflateSync(attachment.bytes),
  });
  update.set(
    specification,
    dict({
      Type: name('Filespec'),
      F: textString(attachment.name),
      UF: textString(attachment.name),
      Desc: textString(attachment.description),
      AFRelationship: name('Source'),
      EF: dict({ F: embedded, UF: embedded }),
    }),
  );
  return specification;
}

/** Without extent: the signature is shown by the reader's own means. 132: printed, locked. */
function widget(page: PdfRef, value: PdfRef): PdfDict {
  return dict({
    Type: name('Annot'),
    Subtype: name('Widget'),
    FT: name('Sig'),
    T: textString('Signature'),
    TU: textString('Signature over the whole report'),
    Rect: array([0, 0, 0, 0]),
    F: 132,
    P: ref(page.number, page.generation),
    V: value,
  });
}

const rangePlaceholder = `[0 ${'*'.repeat(10)} ${'*'.repeat(10)} ${'*'.repeat(10)}]`;

function signatureDictionary(signature: {
  readonly signer: string;
  readonly reason: string;
  readonly at: Date;
}) {
  const text = [
    '<</Type /Sig',
    '/Filter /Adobe.PPKLite',
    '/SubFilter /ETSI.CAdES.detached',
    `/M ${spell(pdfDate(signature.at))}`,
    `/Name ${spell(textString(signature.signer))}`,
    `/Reason ${spell(textString(signature.reason))}`,
    `/ByteRange ${rangePlaceholder}`,
    `/Contents <${'0'.repeat(signatureBytes * 2)}>>>`,
  ];
  return Buffer.from(text.join('\n'), 'latin1');
}

/** The signature's dictionary is the last object, so the last mark in the file is its own. */
function fillByteRange(bytes: Buffer): Prepared {
  const mark = '/Contents <';
  const from = bytes.lastIndexOf(mark) + mark.length - 1;
  const to = from + signatureBytes * 2 + 2;
  const range = bytes.lastIndexOf(rangePlaceholder);
  if (from < mark.length || range < 0 || to > bytes.length)
    throw new PdfProblem('the signature found no place');
  const filled = `[0 ${from} ${to} ${bytes.length - to}]`.padEnd(rangePlaceholder.length);
  bytes.write(filled, range, 'latin1');
  return { bytes, gap: [from, to] };
}

function pdfDate(at: Date) {
  const digits = at.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  return { kind: 'string', hex: false, bytes: Buffer.from(`D:${digits}Z`, 'latin1') } as const;
}
