// Character references and backslash escapes.
//
// Only the references that people and models write are known by name. An unknown one stays as it was written, which loses
// nothing; the full list of HTML would weigh more than this whole module.

const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', ensp: '\u2002', emsp: '\u2003', thinsp: '\u2009',
    zwnj: '\u200c', zwj: '\u200d', shy: '\u00ad', hellip: '…', mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’', sbquo: '‚',
    ldquo: '“', rdquo: '”', bdquo: '„', laquo: '«', raquo: '»', lsaquo: '‹', rsaquo: '›', bull: '•', middot: '·',
    sect: '§', para: '¶', dagger: '†', Dagger: '‡', permil: '‰', prime: '′', Prime: '″', copy: '©', reg: '®', trade: '™',
    deg: '°', plusmn: '±', times: '×', divide: '÷', minus: '−', frac12: '½', frac14: '¼', frac34: '¾', sup1: '¹',
    sup2: '²', sup3: '³', micro: 'µ', ordf: 'ª', ordm: 'º', iexcl: '¡', iquest: '¿', cent: '¢', pound: '£', curren: '¤',
    yen: '¥', euro: '€', brvbar: '¦', uml: '¨', not: '¬', macr: '¯', acute: '´', cedil: '¸', larr: '←', uarr: '↑',
    rarr: '→', darr: '↓', harr: '↔', lArr: '⇐', rArr: '⇒', hArr: '⇔', forall: '∀', part: '∂', exist: '∃', empty: '∅',
    nabla: '∇', isin: '∈', notin: '∉', ni: '∋', prod: '∏', sum: '∑', radic: '√', prop: '∝', infin: '∞', ang: '∠',
    and: '∧', or: '∨', cap: '∩', cup: '∪', int: '∫', there4: '∴', sim: '∼', cong: '≅', asymp: '≈', ne: '≠', equiv: '≡',
    le: '≤', ge: '≥', sub: '⊂', sup: '⊃', nsub: '⊄', sube: '⊆', supe: '⊇', oplus: '⊕', otimes: '⊗', perp: '⊥',
    Alpha: 'Α', Beta: 'Β', Gamma: 'Γ', Delta: 'Δ', Theta: 'Θ', Lambda: 'Λ', Xi: 'Ξ', Pi: 'Π', Sigma: 'Σ', Phi: 'Φ',
    Psi: 'Ψ', Omega: 'Ω', alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', zeta: 'ζ', eta: 'η', theta: 'θ',
    iota: 'ι', kappa: 'κ', lambda: 'λ', mu: 'μ', nu: 'ν', xi: 'ξ', pi: 'π', rho: 'ρ', sigma: 'σ', tau: 'τ',
    upsilon: 'υ', phi: 'φ', chi: 'χ', psi: 'ψ', omega: 'ω', Agrave: 'À', Aacute: 'Á', Acirc: 'Â', Atilde: 'Ã',
    Auml: 'Ä', Aring: 'Å', AElig: 'Æ', Ccedil: 'Ç', Egrave: 'È', Eacute: 'É', Ecirc: 'Ê', Euml: 'Ë', Ntilde: 'Ñ',
    Ouml: 'Ö', Oslash: 'Ø', Uuml: 'Ü', szlig: 'ß', agrave: 'à', aacute: 'á', acirc: 'â', atilde: 'ã', auml: 'ä',
    aring: 'å', aelig: 'æ', ccedil: 'ç', egrave: 'è', eacute: 'é', ecirc: 'ê', euml: 'ë', igrave: 'ì', iacute: 'í',
    icirc: 'î', iuml: 'ï', ntilde: 'ñ', ograve: 'ò', oacute: 'ó', ocirc: 'ô', otilde: 'õ', ouml: 'ö', oslash: 'ø',
    ugrave: 'ù', uacute: 'ú', ucirc: 'û', uuml: 'ü', yacute: 'ý', yuml: 'ÿ', check: '✓', star: '☆', starf: '★',
    hearts: '♥', spades: '♠', clubs: '♣', diams: '♦', lbrack: '[', rbrack: ']', lbrace: '{', rbrace: '}', lpar: '(',
    rpar: ')', ast: '*', lowbar: '_', grave: '`', num: '#', vert: '|', verbar: '|', bsol: '\\', sol: '/', dollar: '$',
    percnt: '%', colon: ':', semi: ';', comma: ',', period: '.', excl: '!', quest: '?', equals: '=', plus: '+',
    hyphen: '‐', Tab: '\t', NewLine: '\n',
  }),
);

const REFERENCE = /&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,31}));/y;

/** Reads a character reference at `from`: what it stands for and the index behind it. */
export function readReference(text: string, from: number): { value: string; end: number } | null {
  REFERENCE.lastIndex = from;
  const found = REFERENCE.exec(text);
  if (found === null) return null;
  const [whole, hexadecimal, decimal, name] = found;
  const value = name === undefined ? character(hexadecimal, decimal) : NAMED.get(name);
  return value === undefined ? null : { value, end: from + whole.length };
}

function character(hexadecimal: string | undefined, decimal: string | undefined): string {
  const code = hexadecimal === undefined ? Number.parseInt(decimal ?? '0', 10) : Number.parseInt(hexadecimal, 16);
  const impossible = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
  return impossible ? '\ufffd' : String.fromCodePoint(code);
}

/** Resolves the escapes and references of a destination, a title or an info string. */
export function unescapeText(text: string): string {
  if (!/[\\&]/.test(text)) return text;
  return text.replace(/\\([!-/:-@[-`{-~])|&[#A-Za-z][^;\s]{0,31};/g, (whole: string, escaped: string | undefined) =>
    escaped ?? readReference(whole, 0)?.value ?? whole,
  );
}
