const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** ISO 3166 country codes that are delegated as top-level domains, and the few others of two letters. */
const COUNTRIES = words(`
  ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg
  ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi
  gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw
  ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng
  ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn
  so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws
  ye yt za zm zw`);

/** Generic ones that domains in reports really use, and those reserved for documentation and private networks. */
const GENERIC = words(`
  com net org edu gov mil int info biz name pro mobi asia tel jobs travel coop aero museum cat arpa onion local internal
  example test invalid lan corp home xyz top online site club shop store space website tech live icu vip fun win bid loan
  stream download click link work world life today news media press host hosting cloud email network systems services
  solutions support center company agency group global digital studio design art blog wiki chat social video games game
  bet casino poker money finance bank insurance capital fund trade market markets app dev page web zone party review reviews date
  men racing science cricket accountant faith gdn kim ninja rocks guru expert codes tools software computer academy
  education school university institute health care clinic dental doctor law legal estate house land properties rent
  tours trip flights hotel cafe bar pub restaurant pizza food recipes fit yoga run bike car cars auto city town country
  buzz best cyou sbs rest quest monster autos boats beauty hair makeup skin lol cfd bond motorcycles yachts mom pics cam
  cash credit loans tax ltd inc llc gmbh sarl london berlin paris tokyo moscow nyc africa lat ooo one red blue pink black
  green gold plus kiwi horse ren wang xin ink google youtube microsoft amazon apple aws azure`);

/** Country codes that are file extensions as well: `install.sh` is more often a script than a host. */
const ALSO_EXTENSIONS = words('cc md mk pl pm ps py rs sc sh so st');

/**
 * Whether a dotted name in running text is meant as a domain. A name that was defanged is: someone took care not to make
 * it a link. Beyond that, the last label must be a top-level domain in use, and where it may as well be a file's
 * extension, there must be a label more.
 */
export function looksLikeDomain(labels: readonly string[], isDefanged: boolean): boolean {
  const top = labels.at(-1) ?? '';
  if (isDefanged || top.startsWith('xn--')) return true;
  if (ALSO_EXTENSIONS.has(top)) return labels.length >= 3;
  return COUNTRIES.has(top) || GENERIC.has(top);
}
