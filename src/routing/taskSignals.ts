// The signals that the describer reads, each with the task that it speaks for and its weight. Pure data: changing a line is a
// new describer version.
import type { TaskType } from '../domain/catalog.ts';

export type TextTask = Exclude<TaskType, 'image' | 'agent_step'>;
export type Signal = {
  readonly name: string;
  readonly task: TextTask;
  readonly weight: number;
  readonly pattern: RegExp;
};

const signal = (name: string, task: TextTask, weight: number, pattern: RegExp): Signal => ({
  name,
  task,
  weight,
  pattern,
});

/** Looked for in what the caller asks for: the beginning and the end of a message, without its code blocks. */
export const INSTRUCTION_SIGNALS: readonly Signal[] = [
  signal(
    'asks for a translation',
    'translation',
    5,
    /\b(translat(e|ion|ed|ing)|übersetz\w*|tradui[st]\w*|traduc(e|ir|ción|tion|elo|ela|ime)\w*|traduzca)\b|翻译|译成|翻成|翻譯|译为/iu,
  ),
  signal(
    'names a target language',
    'translation',
    2.2,
    /\b(in(to)?|to|auf|ins|en|al|à l'|vers (le|l'))\s+(idiomatic |formal |simple |natural )?(english|german|french|spanish|chinese|japanese|italian|portuguese|dutch|korean|russian|polish|englisch\w*|deutsch\w*|französisch\w*|spanisch\w*|chinesisch\w*|anglais|allemand|français|espagnol|chinois|inglés|alemán|francés|español|chino|italiano|portugués)\b|(用|成)(英语|英文|中文|德语|法语|西班牙语|日语)/iu,
  ),
  signal(
    'asks how something is said',
    'translation',
    3.4,
    /\bhow (do|would|can) (you|i|we) say\b|\bwie sagt man\b|\bcomment (dit-on|on dit|dire)\b|\bcómo se dice\b|怎么说\s*[?？]?\s*$|用.{1,4}(语|文)怎么说/iu,
  ),
  signal(
    'asks for a summary',
    'summarization',
    5,
    /\b(summari[sz]e|summary|summaries|sum up|tl;?dr|recap|condense|boil (this|it) down|key (points|takeaways)|main points|gist|zusammenfass\w*|fass\w*\b.{0,60}\bzusammen|kurzfassung|kernaussagen|stichpunkt\w*|résum\w+|synthèse|synthétis\w+|points clés|resum(e|ir|en|ido|eme|irme|a)\w*|resúme\w*|sintetiza\w*|puntos (clave|principales)|en pocas (palabras|frases|líneas))\b|总结|概括|摘要|归纳|要点|概述|提炼/iu,
  ),
  signal(
    'asks to shorten a text',
    'summarization',
    2.6,
    /\b(in (one|two|three|\d+) (sentence|bullet|line|word)s?|in (einem|zwei|drei|\d+) (satz|sätzen|stichpunkten)|en (une|deux|trois|\d+) (phrase|ligne)s?|en (una|dos|tres|\d+) (frase|línea|oracion)\w*|shorten|kürz\w*|raccourci\w*|acort\w*)\b|(一|两|三)句话|缩短|精简/iu,
  ),
  signal(
    'asks for code',
    'coding',
    4.2,
    /\b(implement|refactor|debug|unit tests?|compile|code review|pull request|write (me )?(a |an |some )?(small |short |simple )?(function|script|class|program|query|regex|component|test|dockerfile|makefile|macro|hook|endpoint|migration|one-liner)|implementier\w*|programmier\w*|schreib\w* .{0,30}(funktion|skript|klasse|programm|abfrage|regex|test)|implément\w*|écri\w* .{0,30}(fonction|script|classe|programme|requête|test)|implement[ae]\w*|escrib\w* .{0,30}(función|script|clase|programa|consulta|prueba)|refactoris\w*|refactoriz\w*|depura\w*)\b|写.{0,10}(函数|脚本|程序|代码|查询|类|正则|测试|组件)|实现.{0,12}(函数|算法|接口|功能|类)|重构|调试|单元测试|代码/iu,
  ),
  signal(
    'names a language or tool of programmers',
    'coding',
    2.4,
    /\b(python|javascript|typescript|node\.?js|java|kotlin|rust|golang|c\+\+|c#|php|ruby|sql|postgres\w*|mysql|sqlite|bash|zsh|powershell|react|vue|angular|django|flask|fastapi|express|spring|docker\w*|kubernetes|kubectl|terraform|nginx|git|regex\w*|pandas|numpy|css|html|api|json|yaml|webpack|vite|npm|pip|cargo|linux|systemd|cron\w*|redis|mongodb|graphql|css|tailwind|excel)\b/iu,
  ),
  signal(
    'tells of an error',
    'coding',
    2.4,
    /\b(stack ?trace|traceback|exception|segfault|syntax ?error|typeerror|null ?pointer|undefined is not|fehlermeldung|compil(er|e) error|bug|crash(es|ed)?|doesn'?t (work|compile)|funktioniert nicht|ne marche pas|ne fonctionne pas|no funciona|deadlock|memory leak|race condition)\b|报错|异常|崩溃|内存泄漏/iu,
  ),
  signal(
    'asks to explain or repair code',
    'coding',
    2.6,
    /\b(what does (this|the) (code|function|script|query|regex|command)|explain (this|the) (code|function|query|regex|snippet)|fix (this|the|my|it)|why (is|does) (this|my) (code|function|query|loop|test)|was macht (dieser|diese|dieses) (code|funktion|skript|abfrage)|que fait (ce|cette) (code|fonction|script|requête)|qué hace (este|esta) (código|función|script|consulta)|optimi[sz]e (this|the|my) (query|code|function|loop))\b|(这段|这个)(代码|函数|脚本|查询)/iu,
  ),
  signal(
    'asks to calculate or prove',
    'reasoning',
    3.6,
    /\b(prove|proof|calculate|compute|solve|derive|how (many|much|long|far|old|fast)|what is the (probability|chance|remainder|sum|area|volume|minimum|maximum|expected)|probabilit\w*|equation|integral|derivative|beweis\w*|berechn\w*|wie (viele?|lange|weit|alt|schnell|hoch)|wahrscheinlich\w+|gleichung|lös\w*|démontr\w*|prouv\w*|calcul\w*|combien|résou\w*|équation|demuestr\w*|demostr\w*|cuánt[oa]s?|resuelv\w*|resolver|ecuación)\b|证明|计算|多少|概率|求解|方程|几(个|天|岁|小时|米|种)|解方程/iu,
  ),
  signal(
    'asks for steps or logic',
    'reasoning',
    3,
    /\b(step by step|show your (work|reasoning)|reason(ing)? (through|about)|logic(al)? puzzle|riddle|deduce|infer|who (is|are) (lying|telling the truth)|which (option|plan|one) is (best|better|cheaper|optimal)|trade-?offs?|root cause|schritt für schritt|logikrätsel|rätsel|schlussfolger\w*|étape par étape|énigme|dédui\w*|raisonn\w*|paso a paso|acertijo|deduc\w*|razon\w*|compare the (options|plans)|optimal\w*|schedule|constraint\w*|zeitplan|plan de|planifi\w*)\b|逐步|一步一步|推理|逻辑题|推断|谜题|最优|方案/iu,
  ),
  signal(
    'talks of figures',
    'reasoning',
    1.2,
    /(\d[\d.,]*\s*(%|€|\$|km|kg|m\/s|km\/h|mph|hours?|minutes?|days?|stunden|tage|heures|jours|horas|días|小时|元|公里|千米)[^\n]{0,80}){2,}/iu,
  ),
  signal(
    'asks for creative writing or talk',
    'chat',
    2.6,
    /\b(poem|haiku|story|song|joke|limerick|tagline|slogan|blog post|essay|letter|e-?mail|invitation|speech|toast|recipe|gedicht|geschichte|witz|rede|brief|rezept|einladung|aufsatz|poème|histoire|blague|discours|recette|lettre|poema|cuento|chiste|carta|discurso|receta|ensayo)\b|诗|故事|笑话|邮件|祝福|菜谱|作文|演讲/iu,
  ),
  signal(
    'asks for advice or opinion',
    'chat',
    2,
    /\b(should i|what do you think|any (tips|advice|ideas|suggestions)|recommend|suggest|what('s| is) your|how are you|tell me about|thanks?|thank you|hello|hi|hey|soll(te)? ich|was (meinst|denkst|hältst) du|empfiehl\w*|empfehl\w*|tipps|hallo|danke|bonjour|merci|salut|conseil\w*|que penses|recommand\w*|hola|gracias|consejo\w*|qué opinas|recomi?end\w*)\b|建议|推荐|你好|谢谢|怎么看|觉得/iu,
  ),
  signal(
    'asks about the world',
    'chat',
    1.4,
    /\b(who (was|is|were)|what (is|are|was)|when (did|was|is)|where (is|are|was)|why (do|does|did|is|are)|wer (war|ist)|was (ist|sind|war)|wann|warum|qui (est|était)|qu'est-ce|pourquoi|quand|quién|qué es|por qué|cuándo)\b|是什么|为什么|谁|什么时候|哪里/iu,
  ),
];

/** Looked for in the whole of the last messages: what kind of material is there. */
export const MATERIAL_SIGNALS: readonly Signal[] = [
  signal(
    'holds a code block',
    'coding',
    2.2,
    /```|^\s{0,3}(def |class |import |from \w+ import|function |const |let |var |public |private |#include|package |fn |func |use |SELECT\b|CREATE TABLE|INSERT INTO|UPDATE \w+ SET)/imu,
  ),
  signal(
    'holds a stack trace',
    'coding',
    1.6,
    /\bat [\w.$<>]+\([\w.]+:\d+(:\d+)?\)|Traceback \(most recent call last\)|^\s+File "[^"]+", line \d+|panicked at|\bE\d{4}\b.*error|error\[E\d+\]/mu,
  ),
  signal('holds code-like lines', 'coding', 1.4, /(=>|\w+\([^)\n]*\)\s*[{;:]|[{};]\s*$|<\/?\w+>|\$ \w+ )/mu),
];
