// The signals that the describer reads, each with the task that it speaks for and its weight. Pure data: changing a line is a
// new describer version.
import type { TaskType } from '../domain/catalog.ts';

export type TextTask = Exclude<TaskType, 'image' | 'agent_step'>;
export type Signal = {
  readonly name: string;
  readonly task: TextTask;
  readonly weight: number;
  readonly pattern: RegExp;
  /** Finds the same in a text that is all ASCII, where JavaScript's own boundaries are right, several times faster. */
  readonly ascii: RegExp;
};

const signal = (name: string, task: TextTask, weight: number, pattern: RegExp): Signal => ({
  name,
  task,
  weight,
  pattern: unicodeWords(pattern),
  ascii: pattern,
});

/** JavaScript's own \b and \w know ASCII only: with them "übersetze" or "écris" would never be found at a word's start. */
function unicodeWords(pattern: RegExp): RegExp {
  const letter = '\\p{Script=Latin}\\p{N}_';
  const boundary = `(?:(?<![${letter}])(?=[${letter}])|(?<=[${letter}])(?![${letter}]))`;
  return new RegExp(pattern.source.replaceAll('\\b', boundary).replaceAll('\\w*', `[${letter}]*`), pattern.flags);
}

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
    /\b(in(to)?|to|auf|ins|en|al|à l'|vers (le|l'))\s+(idiomatic |formal |simple |natural )?(english|german|french|spanish|chinese|japanese|italian|portuguese|dutch|korean|russian|polish|turkish|arabic|greek|swedish|danish|norwegian|finnish|czech|hungarian|ukrainian|hindi|latin|mandarin|catalan|englisch\w*|deutsch\w*|französisch\w*|spanisch\w*|chinesisch\w*|italienisch\w*|polnisch\w*|türkisch\w*|niederländisch\w*|russisch\w*|japanisch\w*|portugiesisch\w*|anglais|allemand|français|espagnol|chinois|italien|néerlandais|portugais|polonais|japonais|arabe|russe|turc|inglés|alemán|francés|español|castellano|chino|italiano|portugués|holandés|polaco|japonés|catalán|árabe|ruso)\b|(用|成|译|翻)(英语|英文|中文|德语|法语|西班牙语|西语|日语|日文|韩语|俄语|意大利语|葡萄牙语)/iu,
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
    /\b(summari[sz]e|summary|summaries|sum(s|med|ming)? (it |this |that |them )?up|(one|two|three)-sentence|tl;?dr|recap|condense|boil (this|it) down|key (points|takeaways)|main points|gist|zusammenfass\w*|fass\w*\b.{0,60}\bzusammen|kurzfassung|kernaussagen|stichpunkt\w*|résum\w+|synthèse|synthétis\w+|points clés|resum(e|ir|en|ido|eme|irme|a)\w*|resúme\w*|sintetiza\w*|puntos (clave|principales)|en pocas (palabras|frases|líneas))\b|总结|概括|摘要|归纳|要点|概述|提炼/iu,
  ),
  signal(
    'asks to shorten a text',
    'summarization',
    2.6,
    /\b(in (one|two|three|\d+) (sentence|bullet|line|word)s?|in (einem|zwei|drei|\d+) (satz|sätzen|stichpunkten)|en (une|deux|trois|\d+) (phrase|ligne)s?|en (una|dos|tres|\d+) (frase|línea|oracion)\w*|shorten|kürze|kürzen|raccourci\w*|acort\w*)\b|(一|两|三)句话|缩短|精简/iu,
  ),
  signal(
    'asks for code',
    'coding',
    4.2,
    /\b(implement|refactor|debug|unit tests?|code review|write (me )?(a |an |some )?(small |short |simple )?(function|script|class|program|query|regex|component|test|dockerfile|makefile|macro|hook|endpoint|migration|one-liner)|implementier\w*|programmier\w*|schreib\w* .{0,30}(funktion|skript|klasse|programm|abfrage|regex|test)|implément\w*|écri\w* .{0,30}(fonction|script|classe|programme|requête|test)|implement[ae]\w*|escrib\w* .{0,30}(función|script|clase|programa|consulta|prueba)|refactoris\w*|refactoriz\w*|depura\w*)\b|写.{0,10}(函数|脚本|程序|代码|查询|类|正则|测试|组件)|实现.{0,12}(函数|算法|接口|功能|类)|重构(一下|这|下面)|调试|单元测试|代码/iu,
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
    /\b(poem|haiku|story|essay|lyrics|birthday|name for|ideas? for|gift|song|joke|limerick|tagline|slogan|blog post|essay|letter|e-?mail|invitation|speech|toast|recipe|gedicht|geschichte|erzähl\w*|geschenk\w*|namen für|witz|rede|brief|rezept|einladung|aufsatz|poème|histoire|raconte\w*|cadeaux?|idée de|blague|discours|recette|lettre|poema|cuento|cuéntame|leyenda|regalo|ideas para|chiste|carta|discurso|receta|ensayo)\b|诗|故事|礼物|取(个)?名|文案|笑话|邮件|祝福|菜谱|作文|演讲/iu,
  ),
  signal(
    'asks for advice or opinion',
    'chat',
    2,
    /\b(should i|what would you (do|say)|is (it|that) (true|a myth|ok|normal|worth)|does (it|that) (really|actually)|what do you think|any (tips|advice|ideas|suggestions)|recommend|suggest|what('s| is) your|how are you|tell me about|thanks?|thank you|hello|hi|hey|soll(te)? ich|was (meinst|denkst|hältst) du|empfiehl\w*|empfehl\w*|tipps|hallo|danke|bonjour|merci|salut|conseil\w*|que penses|recommand\w*|hola|gracias|consejo\w*|qué opinas|recomi?end\w*)\b|建议|推荐|你好|谢谢|怎么看|觉得/iu,
  ),
  signal(
    'asks about the world',
    'chat',
    1.4,
    /\b(who (was|is|were)|what (is|are|was)|when (did|was|is)|where (is|are|was)|why (do|does|did|is|are)|wer (war|ist)|was (ist|sind|war)|wann|warum|qui (est|était)|qu'est-ce|pourquoi|quand|quién|qué es|por qué|cuándo)\b|是什么|为什么|谁|什么时候|哪里/iu,
  ),
  signal(
    'asks for a text in another language',
    'translation',
    3.4,
    /\b(put|turn|write|say|render|pas[ae]\w*|pon(lo|me)?|mets|passe)\b.{0,20}\b(this|that|it|esto|eso|ça|cela)\b.{0,20}\b(in|into|to|al|en)\s+\p{L}+|^\s*(in )?(english|german|french|spanish|italian|auf deutsch|ins? (deutsche|englische|französische)|en (français|anglais|español|inglés)) (please|pls|bitte|stp|svp|por favor)|\b(what does|was (heißt|bedeutet)|(ça|que) veut dire|qué (significa|quiere decir|dice))\b.{0,40}(english|deutsch|fran[cç]ais|español|castellano|["“„«]|$)|\ben cristiano\b|\bbitte ins \w*|\bwie sag(e|t|en)? (ich|man|wir)\b|\b(équivalent|mot à mot|palabra por palabra|word for word|wort für wort|wörtlich)\b|怎么说(才|比较|更|好)?|(是|什么)意思.{0,6}$|翻(成|译)|用(中文|英文|英语|日语).{0,4}(说|写|表达)/imu,
  ),
  signal(
    'asks for the gist',
    'summarization',
    4.4,
    /\b(short version|in short|abstract|headline|bottom line|highlights|minutes of|just the (essentials|points|facts)|nutshell|takeaways?|digest|overview of (this|the)|what (did they|was) decided?|need to know from|boil\w* .{0,30}\bdown|make it short|what('s| is) this about|(one|two|three|four|\d+) (sentences|bullets?|lines)|kurz(fassung|version)?\b.{0,20}\b(worum|sätze?n?)|worum geh?ts?\w*|das wesentliche|quintessenz|auf den punkt|in kürze|überblick über|fazit|das wichtigste|kernpunkte|wichtigste\w*|(zwei|drei|vier|\d+) (sätzen?|stichpunkten?|zeilen)|l'essentiel|en bref|grandes lignes|de quoi (il s'agit|ça parle)|comptes?[- ]rendus?|puces|ce qu'il faut retenir|idée générale|en gros|condensé|(deux|trois|quatre|\d+) (phrases|lignes|points)|titular|ideas (principales|clave)|de qué (se trata|hablan)|lo esencial|lo más importante|de qué (va|trata)|en resumen|(dos|tres|cuatro|\d+) (frases|líneas|viñetas|puntos))\b|重点|大意|主要内容|讲了(什么|啥)|说了(什么|啥)|[一两二三四五六\d]+(点|条|句)(重点|要点|就)/iu,
  ),
  signal(
    'asks to show or to decide',
    'reasoning',
    3,
    /\b(show (that|how|all)|(is|are) (this|these|the) (argument|conclusion|reasoning|proof)s? (valid|sound|correct)|argument valid|who (can|could|owes|gets|wins|is guilty|did)|can (they|we|he|she) (all )?(make|reach|finish)|where does it break|find all|list all|zeigen?( sie)?,? dass|beweis\w*|begründ\w*|wer (schuldet|bekommt|lügt|hat recht|muss|kann)|wo liegt|montr\w+ (que|qu')|trouv\w+ tous|justifi\w*|qui (doit|ment|gagne|a raison)|hall[ae]\w*|encuentra todos|muestra (que|cómo)|quién (debe|miente|gana|tiene)|llegamos|alcanza\w*|descart\w*)\b|(^|\n)\s*(show|zeige?n?|prove|montre[rz]?|muestra)\s*:|真话|说谎|谁(有理|说的|对|赢|应该)|整除|求(出|证)|够不够|来得及/imu,
  ),
  signal(
    'talks of people and feelings',
    'chat',
    3.2,
    /\b(burned out|burnt out|feel(s|ing)?|cried|support (her|him|them)|lonely|miss(es)? (me|her|him)|worried about|how (can|do|should) i (help|support|talk|tell)|break(ing)? up|fühl\w*|traurig|einsam|enttäusch\w*|wie (kann|soll) ich (ihm|ihr|ihn|sie)|ohne (ihn|sie) zu|bricht .{0,30} ab|se sent\w*|triste|soutenir|inquièt\w*|comment (lui|l'aider|le|la)|me siento|se siente|pareja|apoyar\w*|ayudarl[ea]|cómo (le|la|lo) (digo|ayudo|hablo|apoyo))\b|感情|伤(心|感情)|难过|压力|怎么(跟|和).{1,4}(谈|说|沟通|相处)|不想搬走/iu,
  ),
  signal(
    'asks for a database or a formula',
    'coding',
    2.8,
    /\b(ddl|schema|constraint|foreign key|index(es)?|table \w+\(|query|requête|consulta sql|abfrage|sheet|xlsx|csv|makro|macro|formel|fórmula|formule)\b|(^|\s)=\s?\p{Lu}{2,}[\p{Lu}.]*\(|公式|脚本|报错/imu,
  ),
  signal(
    'moves code to another programming language',
    'coding',
    6,
    /\b(translat\w*|port|convert|rewrite|übersetz\w*|portier\w*|tradui\w*|convert\w*|réécri\w*|traduc\w*|pas[ae]\w*|reescrib\w*)\b.{0,60}\b(to|into|in|nach|auf|en|a|al|ins?)\s+(rust|go|golang|python|c\+\+|c#|java|javascript|typescript|kotlin|swift|ruby|php|scala|sql|bash|powershell|vba)(?![\p{L}])|(翻译|改写|改|转换?|重写|翻|换)(成|为|到)\s*(rust|go|python|c\+\+|c#|java|javascript|typescript|kotlin|swift|ruby|php|sql|bash)/iu,
  ),
  signal(
    'translates a summary',
    'translation',
    5,
    /\b(translate|übersetz\w*|tradui\w*|traduc\w*)\b.{0,40}\b(summary|abstract|minutes|zusammenfassung|protokoll|résumé|compte[- ]rendu|resumen|acta)\b|(把|将).{0,12}(摘要|总结|概要|要点).{0,8}(翻译|译|翻)|翻译.{0,12}(摘要|总结|概要)/iu,
  ),
  signal(
    'asks to rework a draft',
    'chat',
    4,
    /^.{0,40}\b(shorter|longer|funnier|warmer|friendlier|(more|less) (formal|casual|fun)|kürzer|länger|lustiger|förmlicher|freundlicher|lockerer|plus (court|long|drôle|formel|chaleureux|simple)e?|más (corto|corta|largo|divertid[oa]|formal|gracios[oa]|cercan[oa]))\b.{0,60}$|^.{0,20}((短|长|正式|活泼|有趣|口语|幽默)(一点|一些|点)|再(短|正式|活泼)).{0,20}$/iu,
  ),
  signal(
    'asks for a summary in Chinese',
    'summarization',
    4.4,
    /整理(成|一下|出)?.{0,8}(要点|纪要|重点|条)|浓缩|压缩(成|到)|简述|简要(说|介绍|概)|梳理|太长(了|不看|没)|[一两二三四五六\d]\s*句(话)?(说|讲|概|总|就)|会议纪要|核心(内容|意思|观点)|中心思想|长话短说|给(我)?(个|一个)?(大概|结论)|\d+\s*字(以内|左右)?.{0,6}(概|摘|总|简)/u,
  ),
  signal(
    'asks for a translation in Chinese',
    'translation',
    3.6,
    /(英文|英语|日文|日语|法语|德语|西班牙语|韩语|俄语|中文|汉语).{0,6}(怎么说|怎么讲|怎么写|版本|表达|版)|(用|写成|改成|换成|转成).{0,3}(英文|英语|日文|日语|法语|德语|西语|西班牙语|韩语|中文).{0,6}(说|写|讲|表达|回|发|$|[:\uff1a])|(这|那)?(句|段|个词|个短语|句话).{0,12}(什么意思|怎么翻|怎么译)|中译英|英译中|地道.{0,6}(英|说法)|怎么说才/u,
  ),
  signal(
    'asks to work something out in Chinese',
    'reasoning',
    3.2,
    /(分别|各|一共|总共|还剩|至少|最多|最少|最快|最早|最晚)(是|有|要|需|能)?(多少|几|谁|哪)|能(不能|否).{0,12}(赶|够|完成|做到|走|分|排)|求(出|证|解|值)?.{0,8}(值|面积|概率|最大|最小|所有)|(怎么|如何)(分|排|安排|走|算|称)(最|才|得|最省|$|[?\uff1f])|(是否|是不是)(成立|有效|正确)|若.{1,20}则|写出.{0,6}(过程|推理|步骤)|谁(是|说|该|欠|拿|撒谎|赢|应)|算(一下|清楚|算|得|出|对)|(排|列)出所有|逻辑/u,
  ),
  signal(
    'asks for code in Chinese',
    'coding',
    3.4,
    /(写|改|修|优化|加|补|跑|编译|运行|部署|调用|配置).{0,10}(脚本|函数|代码|程序|接口|配置|命令|语句|正则|查询|爬虫|宏|公式|测试|dockerfile|sql|bug)|(怎么改|报错|跑不(起来|通)|编译(失败|不过)|为什么.{0,10}(返回|输出|报|undefined|null|nan))|(这|下面|以下)(段|个|条)?(代码|函数|脚本|sql|查询|命令|配置|正则|公式)/iu,
  ),
  signal(
    'uses words of programming',
    'coding',
    1.8,
    /\b(variable|array|loop|function|method|class|endpoint|branch|commit|merge conflict|pipeline|container|library|framework|callback|null|undefined|nan|schleife|variablen?|befehl|skript|methode|boucle|commande|script|fonction|bucle|comando|función|método|terminal|server|serveur|servidor)\b|(^|\s)--?[a-z][\w-]+\b|`[^`\n]+`|\b[\w-]+\.(py|js|ts|tsx|jsx|go|rs|java|sh|yml|yaml|json|sql|css|html|toml|php|rb)\b|变量|循环|数组|命令行?|函数|脚本|接口|数据库/imu,
  ),
  signal(
    'asks for a fair share, an order or a time',
    'reasoning',
    2.4,
    /\b(how should (we|they) (split|share|divide)|who owes|fair(ly)? (share|split)|in (what|which) order|is (it|there) (possible|enough)|(will|does) (it|that|this) (be enough|add up|fit)|what time|how (heavy|tall|big|late)|at what|which day|how old|wie (teilen|schwer|groß|spät)|reicht (das|es)|geht das auf|an welchem tag|wer zahlt|in welcher reihenfolge|schaff\w* (wir|sie|ich)|combien|est-ce (possible|que ça suffit)|dans quel ordre|quel jour|à quelle heure|qui paie|cuánto|cuántas|es posible|qué día|a qué hora|en qué orden|quién paga|cómo (repartimos|se reparte))\b|(怎么|如何)(分|算)|够吗|谁(付|出)|先后|顺序|第几|星期几|最(少|多|早|晚|快)/imu,
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
