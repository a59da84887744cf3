import type { FontFacts } from './font-trust.ts';
import { IDENTITY, mappedBox, matrixOf } from './matrix.ts';
import { isOpaqueImage } from './page-paint.ts';
import { pageText } from './page-text.ts';
import { PageWords } from './page-words.ts';
import type { PageText, PdfAnswer, PdfLimits } from './pdf-text.ts';

type PdfJs = typeof import('unpdf/pdfjs');
type Document = Awaited<ReturnType<PdfJs['getDocument']>['promise']>;
type Page = Awaited<ReturnType<Document['getPage']>>;

/** Notes over a page that hide nothing of it. */
const PLAIN_NOTES: ReadonlySet<string> = new Set(['Link', 'Popup', 'Highlight', 'Underline', 'StrikeOut', 'Squiggly']);
/** Flags of notes that are not shown: invisible, hidden, no view (ISO 32000-1, 12.5.3). */
const NOT_SHOWN = 1 | 2 | 32;
/** Larger pictures are not looked at. A logo, a chart or a photograph has less. */
const MOST_PIXELS = 4_000_000;

/**
 * The text of a PDF as its pages show it. Meant for a process of its own: pdf.js takes what memory and time the file makes it take.
 * Nothing in the file is run or fetched: no scripts, no forms, no attachments, no fonts of the system.
 */
export async function pdfPages(data: Uint8Array, limits: Pick<PdfLimits, 'pages' | 'words'>): Promise<PdfAnswer> {
  const complaints = collectComplaints();
  const pdfjs = await import('unpdf/pdfjs');
  let document: Document;
  try {
    document = await pdfjs.getDocument({
      data,
      verbosity: pdfjs.VerbosityLevel.WARNINGS,
      ...{ isEvalSupported: false, disableFontFace: true, useSystemFonts: false, fontExtraProperties: true },
      ...{ enableXfa: false, useWorkerFetch: false, useWasm: false, maxImageSize: MOST_PIXELS, stopAtErrors: false },
    } as Parameters<PdfJs['getDocument']>[0]).promise;
  } catch (error) {
    return { fault: (error as Error).name === 'PasswordException' ? 'encrypted' : 'damaged' };
  }
  if (document.numPages > limits.pages) return { fault: 'pages' };
  const reading = { pdfjs, layers: await document.getOptionalContentConfig(), complaints };
  const pages: PageText[] = [];
  let left = limits.words;
  for (let number = 1; number <= document.numPages; number += 1) {
    try {
      const page = await document.getPage(number);
      const { text, words } = await readPage(page, reading, left);
      if (complaints.damaged()) return { fault: 'damaged', page: number };
      pages.push(text);
      left -= words;
      page.cleanup();
    } catch (error) {
      return { fault: error instanceof RangeError && error.message === 'words' ? 'words' : 'damaged', page: number };
    }
  }
  return { pages, words: pages.reduce((sum, { words }) => sum + words.length, 0) };
}

interface Reading {
  readonly pdfjs: PdfJs;
  readonly layers: Awaited<ReturnType<Document['getOptionalContentConfig']>>;
  readonly complaints: Complaints;
}

async function readPage(
  page: Page,
  { pdfjs, layers, complaints }: Reading,
  most: number,
): Promise<{ readonly text: PageText; readonly words: number }> {
  const names = new Map(Object.entries(pdfjs.OPS).map(([name, number]) => [number as number, name]));
  const list = await page.getOperatorList({ annotationMode: pdfjs.AnnotationMode.DISABLE });
  const viewport = page.getViewport({ scale: 1 });
  const view = matrixOf(viewport.transform) ?? IDENTITY;
  const canvas = new PageWords({
    operations: list.fnArray.map((operation, at) => {
      const name = names.get(operation) ?? '';
      const args = (list.argsArray[at] ?? []) as unknown[];
      return [name, name === 'constructPath' ? [names.get(Number(args[0])), ...args.slice(1)] : args] as const;
    }),
    viewport: view,
    page: { left: 0, top: 0, right: viewport.width, bottom: viewport.height },
    most,
    fontOf: (name) => fontOf(page, name),
    isShown: (layer) => layers.isVisible(layer as never),
    isOpaque: (name) => page.objs.has(name) && isOpaqueImage(page.objs.get(name)),
  });
  canvas.draw();
  const notes = await notesOver(page);
  for (const box of notes) canvas.overlay(mappedBox(view, box));
  const { pictures } = canvas;
  const drawn = canvas.words();
  const seen = { pictures, unlooked: complaints.pictures(), overlaid: notes.length > 0 };
  return { text: pageText(drawn, viewport, seen), words: drawn.length };
}

/** Places of notes and form fields that lie over the page and are shown. */
async function notesOver(page: Page): Promise<[number, number, number, number][]> {
  const notes = await page.getAnnotations();
  return notes
    .filter(
      ({ subtype, annotationFlags }) =>
        !PLAIN_NOTES.has(String(subtype)) && (Number(annotationFlags) & NOT_SHOWN) === 0,
    )
    .map(({ rect }) => rect as [number, number, number, number]);
}

function fontOf(page: Page, name: string): FontFacts | undefined {
  return page.commonObjs.has(name) ? (page.commonObjs.get(name) as FontFacts) : undefined;
}

interface Complaints {
  damaged(): boolean;
  /** Whether a picture of the page was too large, since it was last asked. */
  pictures(): boolean;
}

/** pdf.js goes on where a page is damaged and says so in a warning: here that is the end. */
function collectComplaints(): Complaints {
  let damaged = false;
  let pictures = false;
  const note = (...texts: unknown[]) => {
    const text = texts.join(' ');
    if (text.includes('maximum allowed size')) pictures = true;
    else if (/ignoring errors|Unable to load font|Command token too long/i.test(text)) damaged = true;
  };
  console.log = note;
  console.warn = note;
  return {
    damaged: () => damaged,
    pictures() {
      const found = pictures;
      pictures = false;
      return found;
    },
  };
}
