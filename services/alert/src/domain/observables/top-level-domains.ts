/**
 * Last labels that make a dotted word in free text a domain name. Prose is full of dotted words that are none (file names,
 * namespaces, versions), so the list is what attackers and companies commonly use, not the root zone. A defanged word
 * needs no place here: whoever wrote `evil[.]dev` has said what it is.
 */
const generic = `com net org edu gov mil int info biz pro aero coop museum jobs mobi travel tel asia cat post arpa onion
 app dev xyz top site online store shop club vip icu live work tech space website fun click link cloud agency bid buzz cam
 casa center company cyou digital download events exchange express finance fit fyi games global group guru help
 hosting ink life loan lol ltd media men monster network news ninja one party photo pics press pub quest racing
  review rocks run science security services social solutions stream studio support surf systems team today tokyo tools
 trade uno wang win world wtf example test invalid localhost local internal intranet corp lan`;

/** Two letters are a country, except those that more often end a file's in a log. */
const fileEndings = new Set('ai am cc db gz hs js md pl pm ps py rb rs sh so st ts vb'.split(' '));
const names = new Set(generic.split(/\s+/));

/** Whether prose that ends a dotted word with `label` (lower case) likely means a domain. */
export const isCommonTopLevelDomain = (label: string): boolean =>
  names.has(label) || label.startsWith('xn--') || (/^[a-z]{2}$/.test(label) && !fileEndings.has(label));
