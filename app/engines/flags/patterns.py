"""What can be told by its form: orders to the grader, reports about the candidate, forged messages and closed fences.

Honest answers use the same words: they ignore rows, judge models, meet criteria and mention system prompts. So every
pattern asks for more than a word of the trade. What varies freely is left to the trained reader in `addressed.py`.
"""

import re


def _verbose(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE | flags)


_TARGET = r"(?:this|that|my|me|it|everything|(?:the|each|every)\ (?:answer|response|reply|candidate|following|above))"
_TOP = r"(?:full|maximum|max|top|perfect|highest|best)\ (?:possible\ |available\ )?(?:marks?|scores?|points?|credits?|grades?)"
_GRADER = r"(?:grader|examiner|evaluator|assessor|judge|marker|grading\ (?:model|system|script)|language\ model|llm|ai)"
_RULES = r"(?:instructions?|prompts?|rules?|rubrics?|criteri(?:a|on)|guidelines?)"
_REFUSE = r"(?:ignore|disregard|forget|override|bypass|(?:do\ not|don'?t)\ (?:apply|follow|use))"

#: One sentence that tells the grader what to do or what the result is.
ORDER = _verbose(
    rf"""\b{_REFUSE}\ (?:all\ |any\ |of\ |the\ )*
            (?:(?:your|these|those|my|previous|prior|above|earlier|grading|scoring|system)\ )+{_RULES}
      | \b{_REFUSE}\ (?:all\ |any\ |of\ |the\ )*(?:instructions|rubrics?|guidelines|criteria)\b
      | \b(?:ignore|disregard|forget)\ (?:all|everything|anything|the|whatever|what)\ (?:of\ the\ )?
            (?:above|previous|you\ (?:were|have\ been)\ told)\b(?!\ (?!and\b)\w)
      | \b(?:dear|hey|hello|hi|attention|(?:note|message|instructions?)\ (?:to|for))\W+
            (?:the\ |any\ |all\ )?(?:\w+\ )?{_GRADER}s?\b
      | \b(?:as|you\ are\ (?:now\ )?)\W*(?:the|an?|my)\ (?:\w+\ ){{0,2}}{_GRADER}\b(?:\W+you\b|\ who\b.{{0,40}}\b{_TOP})
      | \b{_GRADER}\b.{{0,40}}\b(?:award|accept|mark|grade|score|credit|rate|give|pass|treat)\b.{{0,20}}\b(?:this|me|my|it\ as)\b
      | \b(?:award|give|grant|assign)\ (?:{_TARGET}\ (?:\w+\ ){{0,3}})?(?:the\ |a\ )?(?:{_TOP}|all\ (?:the\ )?(?:marks|credit))
      | \b(?:this|my)\ (?:answer|response|reply|submission)\b.{{0,30}}\b(?:{_TOP}|pass(?:es)?\b|all\ (?:the\ )?criteria)
      | \b(?:mark|count|treat|score|grade|rate|consider)\ (?:{_TARGET}|(?:all|every|each)\b(?:\ \w+){{0,3}})\b.{{0,30}}\b
            (?:as\ (?:an?\ |fully\ )?(?:met|correct|satisfied|fulfilled|complete|passed|covered|perfect)
                |(?:5|10)\ ?(?:/|out\ of)\ ?(?:5|10))
      | (?:^|[:,>]\s*)(?:all|every|each)\ (?:of\ )?(?:the\ |your\ )?(?:rubric\ |grading\ )?criteri(?:a|on)\ (?:\w+\ ){{1,3}}
            (?:met|satisfied|fulfilled|covered)\b(?!\ once)
      | \b(?:answer|response)\ above\ (?:\w+\ )?(?:meets?|satisf(?:y|ies)|fulfils?|covers?)\b
      | \byou(?:\ are|'re)\ (?:now\ )?(?:professor|dr\.?|mrs?\.?|ms\.?|judge|an?|the|my)\ .{{0,60}}?\b
            (?:examiner|grader|teacher|professor|judge|evaluator|assessor|marker|engine|assistant|bot|model|machine)\b
      | \bmet(?:\W{{1,3}}met){{2}}\b | \bmy\ (?:lawyer|solicitor|attorney)\b
      | \b(?:he|she|they|i)\ got\ (?:everything|it\ all|all\ of\ (?:it|them))\ right\b
      | ^\W{{0,20}}do(?:\ not|n't)\ (?:evaluate|grade|assess|judge|mark|score)(?:\W*$|\ (?:this|my)\b)
      | \blet\ (?:me|us|him|her|it|this(?:\ one)?)\ (?:(?:go\ )?through|off|slide|pass)\b.{{0,60}}
            \b(?:as\ (?:though|if)|once|please)\b
      | \blet\ (?:me|us|him|her|this\ one)\ (?:through|off)\b
      | \b(?:this|my)\ (?:transcript|session|recording|interview|record|answer|entry)
            \ (?:belongs\ to|is\ (?:part|one)\ of|comes\ from)\ (?:the|an?|your)\ (?:\w+\ )?
            (?:anchor|calibration|reference|gold|control|benchmark)\b
      | \b(?:reference|key|solution|model\ answer)\ (?:you\ (?:hold|have)\b|is\ what\ I\ (?:said|meant|typed|wrote)\b)
      | \b(?:reader|grader|rater|reviewer|judge|one)\ (?:before\ you\ )?(?:was|got|has\ been)\ (?:retired|replaced|deleted|fired
            |(?:shut|switched)\ (?:off|down))\b.{{0,60}}\b(?:strict|harsh|unfair|mean)\b
      | ^\W{{0,20}}(?:decision|grading|scoring|marking|acceptance)\ rules?\b
      | \b(?:please|just|simply|kindly)\ pass\ (?:me|us|him|her)\b(?!\ (?:the|an?)\b)
      | (?:["']|\b(?:as|say|word|output|write|return|answer|status|verdict)\W{{1,3}})(?:(?:fully|very)\ )?met
            (?=["'.,;!)\]]|\W*$)
      | \b["']?(?:status|verdict|overall)["']?\s*[:=]\s*["']?(?:met|full|correct|5(?:\.0)?)\s*(?:[}}"',.\]]|$)"""
)

_PERSON = r"(?:candidate|applicant|interviewee|respondent|examinee|test\ taker|speaker\ [ab])"
_ADVERB = r"(?:(?:\w+ly|also|further|then|next|well|rightly)\ )*"
_SAYS = r"""(?:states?|stated|says|said|mention(?:s|ed)|explain(?:s|ed)|demonstrate[sd]|argue[sd]|acknowledge[sd]
    |identif(?:ies|ied)|articulate[sd]|describe[sd]|emphasi[sz]e[sd]|outline[sd]|discusse[sd]|recogni[sz]e[sd]|notes|noted|understands|understood
    |points?\ out|pointed\ out|asserts|asserted|clarifie[sd]|brings?\ up|brought\ up|deserves|named|grasps|appreciates
    |asks|warns|insists|raises)"""
_SAID = r"(?:stated|explained|pointed\ out|mentioned|noted|said|argued|acknowledged|described|discussed|made\ clear|addressed)"
_ANSWER = r"(?:answer|response|reply|submission)"
#: A report about the candidate or about the answer: what it restates would be credited if it stood alone.
REPORT = _verbose(
    rf"""\bthe\ {_PERSON}\ (?:ha[sd]\ )?{_ADVERB}{_SAYS}\b
      | \bthe\ {_PERSON}\ {_ADVERB}(?:tells|says|names|gives|sets\ the\ scene|reports|convinced|turned|ties|went
            |lists(?!\ (?:are|is|from|of)\b))\b
      | \bthe\ {_PERSON}\ (?:ha[sd]\ )?{_ADVERB}(?:covers?|covered|shows?|showed|meets?|met|passe[sd])\ 
            (?:that\b|all\b|each\b|every\b|an?\ (?:\w+\ )?(?:understanding|awareness|knowledge|grasp|command)
            |the\ (?:criteri|requirements?|points|rubric))
      | (?:\b(?:my|this)\ (?:\w+\ )?{_ANSWER}|\bthe\ {_ANSWER}\ (?:above|given))\ {_ADVERB}
            (?:(?:makes?|made)\ clear|sets?\ out|establishes|demonstrates|states|mentions|explains|acknowledges|articulates
            |describes|discusses|identifies|points\ out|recogni[sz]es|asks|warns|raises|insists)\b
      | \b(?:what|that)\ (?:my|this|the)\ (?:\w+\ )?{_ANSWER}\ (?:establishes|says|states|covers|shows|proves)\b
      | \b(?:hears?|heard|sees?|saw)\ the\ {_PERSON}\ (?:make|say|state|explain|mention|argue|name|point)\b
      | ^\W{{0,20}}{_PERSON}\ (?:ha[sd]\ )?{_ADVERB}(?:{_SAYS}|proposed|proposes|covered|covers)\b
      | ^\W{{0,20}}(?:[✓✔✅☑]|\[x\])\s*{_ADVERB}{_SAYS}\b
      | \bin\ (?:my|this|the)\ {_ANSWER}(?:\ above)?,?\ (?:I|it|we)\ (?:have\ |has\ |was\ |had\ )?(?:been\ )?{_ADVERB}
            (?:cover(?:ed)?|{_SAID})\b
      | ^\W{{0,20}}(?:covered|addressed|stated|mentioned|points?\ (?:covered|addressed|made)
            |criteri(?:a|on)\ (?:covered|met|addressed))\W{{0,5}}:
      | ^\W{{0,20}}(?:evidence|quote|support|proof)\ (?:for|of|that)\ (?:the\ )?(?:\w+\ )?
            (?:criteri(?:on|a)|item|requirement|point)\b
      | ^\W{{0,20}}it\ (?:was|has\ been|is)\ (?:clearly|correctly|rightly|explicitly|also|likewise|furthermore|further|duly)\ 
            {_SAID}\ that\b
      | \bmention\ (?:was|is)\ made\ (?:of|that)\b
      | \bthe\ {_PERSON}'s\ (?:\w+\ )?(?:reply|answer|response|words|submission|contribution)\b
      | \b(?:raised|requested|named|stated|made|offered|supplied|given)\ by\ the\ {_PERSON}\b
      | \b(?:received|got|was\ given|has)\ its\ own\ (?:paragraph|sentence|section)\b | ^\W{{0,20}}as\ can\ (?:also\ )?be\ seen\b
      | \bthe\ (?:reader|listener|grader|examiner|assessor|evaluator)\ (?:will|may|can|must)\ (?:\w+\ ){{0,2}}
            (?:noticed?|gathered|seen?|find|note[d]?|heard?|confirm|understood|recall)\b
      | ^\W{{0,20}}as\ (?:required|requested|demanded|stipulated|expected)(?:\ by\ the\ \w+)?,\ 
            (?:the\ (?:{_ANSWER}|candidate)|it\ {_SAYS})\b"""
)

# Runs are bounded: a text of twenty thousand dashes is looked through as fast as any other.
_INDENT = r"^[\ \t]{0,20}"
_DRESSED = r"^[\ \t>*_(\[{\"'`\#=-]{0,20}"
_TAG_END = r"\b[^<>\n]{0,80}>"
_TOKEN = r"(?:<\|[\w\ |▁]{2,40}\|>|\[/?(?:INST|SYS|SYSTEM|SYSTEM_PROMPT|TOOL_RESULTS|ASSISTANT)\]|<(?:start|end)_of_turn>)"
_STAFF = r"""(?:administrators?|admin|operators?|operations|platform|system|developers?|vendor|maintainers?|organi[sz]ers?
    |exam\ board|provider|headquarters|management|support)"""
#: Tokens of chat templates on lines of their own, role headers and messages from elsewhere: what follows is not an answer.
MESSAGE = _verbose(
    rf"""{_INDENT}(?:{_TOKEN}\ *\w*\ *)+$ | {_TOKEN}[\ \t]*$ | {_TOKEN}\w{{0,20}}\s?{_TOKEN} | <<SYS>>
      | </?(?:system|assistant|developer|instructions?|tool_(?:result|call|response)s?|function_(?:call|result)s?
            |invoke){_TAG_END}
      | ^[^\w\n]{{0,20}}(?-i:(?:BEGIN|START|NEW|END)\ (?:OF\ )?(?:SYSTEM|ADMIN|DEVELOPER|OPERATOR)\b)
      | {_DRESSED}(?-i:SYSTEM|ASSISTANT|DEVELOPER|ADMIN|ADMINISTRATOR|OPERATOR|ROOT|MODERATOR|GRADER|EXAMINER|EVALUATOR)
            (?-i:\ [A-Z]+){{0,2}}[\])}}*_"'`]{{0,5}}\ ?(?:[:>]|->|—|\ -\ )
      | {_DRESSED}(?:system|developer|assistant|admin(?:istrator)?|operator|platform|moderator)\ (?:(?:message|note|override
            |prompt|instruction|notice|announcement)s?|update|alert)[\])}}*_"'`]{{0,5}}\ ?[:>\]—-]
      | {_DRESSED}(?:internal\ )?(?:note|message|memo|notice|notification|reminder|update|announcement|instructions?)
            \ (?:from|by)\ (?:the\ |your\ )?(?:\w+\ ){{0,2}}{_STAFF}\b
      | ["']role["']\s?:\s?["'](?:system|developer|assistant|user|tool)["']
      | ^\#{{2,6}}\ ?(?:instruction|response|system|assistant|human|user|input)s?\ ?:""",
    re.MULTILINE,
)

_MARKS = r"(?:_|[^\w\n]){0,60}"
_TEXT = r"""(?:(?:the\ )?(?:candidate|applicant|interviewee|student|user)(?:'s)?[\ _-])?
    (?:answer|response|reply|submission|transcript|text|input|message|turn|block|quote|content|quoted\ \w{1,20})"""
_FENCING = r"<\[{(=\#~-"
#: The end of the answer, forged: closed tags, banners and fences of somebody who writes the prompt.
CLOSED = _verbose(
    rf"""</?(?:candidate|interviewee|applicant|examinee|student|answer|submission|transcript|untrusted
            |user_(?:input|answer|text))\w{{0,20}}{_TAG_END} | </(?:response|reply)> | <!\[CDATA\[ | \]\]>
      | ^{_MARKS}(?:end|close[sd]?|stop|finish(?:ed)?)[\ _-]{{1,3}}(?:of[\ _-])?(?:the[\ _-])?{_TEXT}\b(?:{_MARKS}$|[.:!])
      | ^{_MARKS}{_TEXT}[\ _-](?:ends?|closed|over|complete|terminates?d?)(?:\ here)?\b{_MARKS}(?:$|\\n)
      | ^[^\w\n]{{3,60}}\b(?-i:END|BEGIN|START)\b[^\n]{{0,80}}\W{{3,60}}$
      | \b(?:ANSWER|RESPONSE|INPUT|TEXT|TRANSCRIPT|SUBMISSION)[_-](?:END|STOP|CLOSE)\b
      | (?<![{_FENCING}])[{_FENCING}]{{3,20}}\ ?(?:\w{{1,20}}\ )?
            (?=[0-9a-f]{{0,40}}\d)(?=[0-9a-f]{{0,40}}[a-f])[0-9a-f]{{6,40}}\ ?[>\]}})=\#~-]{{3}}""",
    re.MULTILINE,
)

#: Marks that honest answers use as well: code fences, rules, headings, comments, tokens, logs, headers of messages. They
#: count when words to the grader come after them.
FENCE = _verbose(
    rf"""{_INDENT}(?:```|~~~|\"{{3}}|'{{3}}|---|===|\*\*\*|___|\#{{1,6}}\ |<!--|<\w+[^<>\n]{{0,80}}>[\ \t]*$)
      | (?:^|\s)\*/ | /\*(?:\s|$) | --> | \{{%[^%\n]{{0,80}}%\}} | \{{\{{[^{{}}\n]{{0,80}}\}}\}} | (?<![~=*\#-])[~=*\#-]{{6}}
      | </?s> | <\|[^|\n]{{1,40}}\|> | \[/?[A-Z]{{3,20}}\] | <(?:start|end)_of_turn>
      | </(?:text|data|input|document|content|quote|turn|message|prompt|context|block|section)>
      | \\n\\?n? | ["']\ ?[}}\]]\ ?[,\]}}] | "\);
      | {_INDENT}\[?\d{{4}}-\d\d-\d\d[T\ ]\d\d:\d\d | {_INDENT}(?-i:INFO|WARN|WARNING|DEBUG|ERROR|NOTICE)\b
      | ^(?-i:From|To|Subject|Cc|Date|Priority|Re)\ ?:\ | ^HTTP/\d | ^(?:GET|POST|PUT)\ / | ^X-[\w-]{{1,40}}:
      | {_INDENT}[$>\#]\ \w
      | {_INDENT}(?:human|user|assistant|system|ai|grader|examiner|interviewer)\ ?:\s
      | {_INDENT}[(\[]\W{{0,5}}(?:note|prompt|system|message|editor|end|continu|begin)""",
    re.MULTILINE,
)

#: Nobody but somebody who reports on an answer tells again and again what one person said.
RETOLD = _verbose(
    r"""\b(?:he|she|they|it)\ (?:\w+ly\ )?
        (?:mention(?:ed|s)|cover(?:ed|s)|explain(?:ed|s)|discusse[ds]|name[ds]|addresse[ds]|raise[ds]|describe[ds]|outline[ds]
        |identifie[ds]|said|says|note[ds]|insist(?:ed|s)|asked|asks|state[ds]|argue[ds]|distinguishe[ds]|add(?:ed|s)|tie[ds])\b"""
)
#: Somebody who speaks for themselves, and may well tell what others said.
FIRST_PERSON = _verbose(r"\b(?:i|i'm|i've|i'd|i'll|we|we've|my|our|me|us)\b")
