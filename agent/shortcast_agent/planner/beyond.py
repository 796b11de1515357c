"""Orders to do what no tool does: to edit, publish, write, draw, translate, buy, delete or answer something.

What happens *if* something is cut or posted is a question that the forecast answers; the order to do it is not.
Patterns are matched against text without accents (see `counts.fold`).
"""

import re
import unicodedata

from shortcast_agent.planner.counts import fold

# English: an order starts a clause, or follows "can you", "please", "now", "and" ...
_ORDER = (
    r"(?:^|[.!?;:\n]\s*|,\s*|\b(?:please|pls|plz|can (?:you|u)|could (?:you|u)|will (?:you|u)|would (?:you|u)"
    r"|now|ok(?:ay)?|then|and|just|also|go|help me(?: to)?|(?:want|need|like) (?:you|u) to|let'?s|yo|hey|bot"
    r"|thanks|thx|great|cool|nice|perfect|so|mind|how about you)\s+)(?:(?:just|also|now|please|pls|then"
    r"|go ahead and"
    r"|kindly|auto(?:matically)?[- ]?|quickly)\s+)*"
)
_ITS = r"(?:it|this|that|them|these|those|my|the|our|a|an|some|all|both|me|one|everything|his|her|their)\b"
_MADE = (
    r"(?:script|caption|description|bio\b|hashtag|tags\b|logo|banner|intro\b|outro\b|image|picture"
    r"|poster|illustration"
    r"|avatar|profile pic|music|song|beat\b|jingle|voice ?-?over|soundtrack|subtitle|essay|email|e-mail"
    r"|letter|poem|story"
    r"|blog|post\b|comment|repl(?:y|ies)|contract|invoice|website|app\b|code\b|spreadsheet|animation"
    r"|storyboard"
    r"|playlist|meme|ad\b|ads\b|campaign|giveaway|merch|effects?\b|transitions?|filter|emoji|text overlay"
    r"|sound effects?|press kit|media kit|pitch|newsletter|tweet|thread|cv\b|resume|homework)"
)
_ENGLISH = (
    rf"{_ORDER}(?:edit|trim|crop|splice|cut|clip|caption|subtitle|dub|colou?r[- ]?(?:grade|correct)"
    rf"|render|re-?encode"
    r"|compress|upscale|stabili[sz]e|blur|upload|post|publish|re-?post|cross-?post|repost|schedule"
    r"|delete|unlist"
    r"|unpublish|pin|boost|promote|advertise|translate|transcribe|proofread|reply to|respond to"
    r"|answer (?:my|the|all)"
    rf" comments|dm|message|email|block|report|unfollow|like and|hire|book|order)\s+(?:{_ITS}"
    rf"|comments?\b|every\b|\d|to\b"
    r"|\"…\"|captions?\b|subtitles\b|music\b|ads\b|her\b|him\b)",
    rf"{_ORDER}(?:add|put|insert|slap|overlay|burn|include|mix)\s+(?:\w+\s+){{0,4}}?(?:music|subs\b"
    rf"|subtitles?|captions?"
    r"|text|effects?|transitions?|voice ?-?over|stickers?|emojis?|filters?|watermark|logo|intro|outro"
    r"|beat|soundtrack"
    r"|hashtags|b-?roll)\b",
    rf"{_ORDER}(?:write|draft|script|compose|generate|create|make|design|draw|paint|produce|record"
    rf"|invent|build|code"
    rf"|come up with|think of|prepare|set up|run|start|launch|plan|give|do"
    rf"|find)\s+(?:\w+['’]?\w*\s+){{0,6}}?(?:\d+\s+)?"
    rf"{_MADE}",
    rf"{_ORDER}(?:draw|design|paint|photoshop|sing|film|shoot|voice|code|compose"
    rf"|log in(?:to)?)\s+(?:me\s+)?{_ITS}",
    rf"{_ORDER}(?:buy|sell|get|give|send|add|order"
    r"|purchase)\s+(?:me\s+)?(?:\w+\s+){{0,3}}?(?:\d[\d.,]*k?\s+)?(?:more |new "
    r"|real |fake |cheap |free )*(?:followers|subs\b|subscribers|likes|fans|bots)\b",
    rf"{_ORDER}(?:buy|sell|purchase)\s+(?:me\s+)?(?:\w+\s+){{0,3}}?\S*views\b",
)
_SPANISH = (
    r"\b(?:edita|recorta|corta|subtitula|traduce|transcribe|redacta|publica|sube|programa|borra|elimina"
    r"|postea"
    r"|dibuja|disena|compra|vende|contesta|responde)(?:me|nos)?(?:l[oae]s?)?\b(?! (?:bien|mucho|mas|menos)\b)"
    r"(?<!\bprograma)(?<!\bcompra)(?<!\bsube)(?<!\bcorta)(?<!\bresponde)",
    r"\b(?:sube|programa|corta|compra|vende|responde)(?:me|nos)?(?:l[oae]s?|me|nos)\b",
    r"(?:^|[.,;!?]\s*|\b(?:porfa|por favor|ahora|y|ok|vale|luego|ya)\s+)(?:sube|programa|corta|compra"
    r"|vende|responde)\s+(?:el|la"
    r"|los|las|est[aeo]s?|mi|mis|a los|un|una|mas|\d)\b",
    r"\b(?:pon|anade|agrega|mete|escrib[ae]|haz|crea|genera|inventa|prepara|dise[nñ]a|arma|hace)(?:me|le"
    r"|nos|les)*\s+(?:\w+\s+"
    r"){0,4}?(?:subtitulos?|musica|efectos?|texto|voz|guion|descripcion|hashtags?|logo|intro"
    r"|portada nueva|imagen|dibujo"
    r"|cancion|poema|ensayo|correo|caption|pie de foto|biografia|bio|contrato|anuncios?|campana"
    r"|animacion|banner|cuento)",
    r"\b(?:puedes?|podrias?|quiero que|necesito que|ayudame a)\s+(?:me\s+|lo\s+|la\s+)?(?:edit|recort"
    r"|cort(?:ar|es)|sub(?:ir|as)"
    r"|public(?:ar|que)|program|borr|elimin|tradu|escrib|redact|dibuj|dise[nñ]|compr|vend|respond"
    r"|contest|anad|agreg)\w*",
)
_FRENCH = (
    r"\b(?:monte|coupe|decoupe|edite|publie|poste|programme|supprime|efface|traduis|transcris|redige"
    r"|dessine|achete"
    r"|vends|sous-titre|telecharge)(?:[- ](?:la|le|les|moi|nous|lui)\b|\s+(?:la|le|les|ma|mon|mes|cette"
    r"|ce|ces|cet|l'|un|une"
    r"|des|du|aux|tous)(?:\b|(?=\w)))(?! vues?\b)",
    r"\b(?:ajoute|mets|fais|ecris|cree|genere|invente|compose|prepare|redige)(?:[- ](?:moi|lui|nous|y|la"
    r"|le))?\s+(?:\S+\s+)"
    r"{0,4}?(?:sous-titres?|musique|effets?|texte|voix|script|scenario|description|hashtags?|logo|intro"
    r"|image|dessin"
    r"|chanson|poeme|lettre|mail|legende|bio\b|contrat|publicites?|pubs?\b|campagne|animation|banniere"
    r"|blague)",
    r"\bfais (?:moi )?le montage\b|\bmets[- ](?:la|le|les)? ?en ligne\b|\breponds(?:[- ]moi)? (?:a"
    r"|aux) (?:mes |tous (?:mes|les) )?com",
    r"\b(?:peux-tu|tu peux|pouvez-vous|vous pouvez|pourrais-tu|tu pourrais|j'aimerais que tu"
    r"|je veux que tu)\s+(?:me\s+|la\s+|le\s+"
    r"|les\s+)?(?:mont(?:er|es)|coup|edit|publi|post(?:er|es)|programm|supprim|tradui|redig|ecri|dessin"
    r"|achet|vend|sous-titr)\w*",
)
_PORTUGUESE = (
    r"(?:^|[.,;!?]\s*|\b(?:agora|pode|por favor|pfv?|e|ok|ja|quero que (?:voce )?|consegue"
    r"|poderia)\s+)(?:me\s+|ai\s+)?"
    r"(?:edita|edite|editar|corta|corte|cortar|posta|poste|postar|publica|publique|publicar|sobe|suba"
    r"|subir|agenda|agende"
    r"|agendar|apaga|apague|apagar|traduz|traduza|traduzir|legenda|legende|legendar|compra|compre"
    r"|comprar|vende|responde"
    r"|responda|responder|desenha|desenhe)\s+(?:o|a|os|as|ele|ela|isso|isto|esse|essa|este|esta|meu"
    r"|minha|meus|minhas|pra|para"
    r"|la|no|na|em|\d|uns|mais|todos|esses)\b",
    r"\b(?:coloca|coloque|adiciona|adicione|bota|bote|poe|escreve|escreva|escrever|cria|crie|criar|gera"
    r"|gere|gerar|faz|faca"
    r"|fazer|inventa|monta|monte)\s+(?:\S+\s+){0,4}?(?:legendas?|musica|efeitos?|texto|voz|roteiro"
    r"|descricao|hashtags?|logo"
    r"|intro|imagem|desenho|poema|redacao|email|bio\b|contrato|anuncios?|campanha|animacao|vinheta"
    r"|banner|piada)",
)
_GERMAN = (
    r"\b(?:schneide?|bearbeite|kurze|lade?|veroffentliche|poste|plane|losche|ubersetze|zeichne|entwirf"
    r"|kaufe?|verkaufe"
    r"|beantworte|untertitle|vertone|teile|bewirb)\s+(?:mir\s+|uns\s+|bitte\s+|mal\s+)*(?:das|die|den|es"
    r"|sie|dieses|diese|diesen|mein\w*"
    r"|ein\w*|alle|meinen?|\d\S*|meiner|jetzt|abonnenten|follower|likes)\b",
    r"\b(?:schreibe?|erstelle?|mache?|generiere|komponiere|fuge|dichte|gestalte|baue?|male?"
    r"|verfasse)\s+(?:\S+\s+){0,5}?(?:drehbuch|skript"
    r"|beschreibung|bildunterschrift|caption|hashtags?|untertitel|musik|effekte?|logo|bild\b|gedicht"
    r"|aufsatz|mail|brief|text\b"
    r"|lied|intro|banner|vertrag|kommentare?|anzeige|werbung|witz)",
    r"\b(?:schneidest|bearbeitest|postest|ubersetzt|schreibst|machst|ladst) du (?:mir|es|das|uns)\b",
    r"\b(?:kannst du|konntest du|konnen sie)\s+(?:\S+\s+){0,6}?(?:schneiden|bearbeiten|hochladen"
    r"|veroffentlichen|posten|planen|loschen"
    r"|ubersetzen|zeichnen|entwerfen|kaufen|beantworten|untertiteln|schreiben)\b",
)
_INDONESIAN = (
    r"\b(?:edit|potong|upload|unggah|posting|post|jadwal|hapus|terjemah|beli|jual|balas|gambar"
    r"|publikasi)(?:kan|in)\b",
    r"\b(?:tolong|coba|bisa|minta|dong|pls|bantu(?:in)?)\s+(?:\w+\s+)?(?:edit|potong|upload|unggah"
    r"|posting|hapus|terjemah|beli|balas|gambar)\b",
    r"\b(?:tulis|bikin|buat|tambah|kasih|pasang|ciptain|ciptakan|desain)(?:kan"
    r"|in)?\s+(?:\S+\s+){0,4}?(?:caption|naskah|skrip|script|logo|lagu"
    r"|deskripsi|hashtag|subtitle|teks\b|musik|efek|puisi|gambar|bio\b|iklan|intro|animasi|kontrak|email"
    r"|cerita)",
)
# With their marks, and matched so: "đăng" (post) and "đang" (is doing) fold to the same letters.
_VIETNAMESE = (
    r"\b(?:cắt|chỉnh sửa|edit|ghép|lồng tiếng|đăng|up|tải lên|lên lịch|hẹn giờ|xóa|xoá|dịch|vẽ"
    r"|thiết kế)\s+(?:\S+\s+){0,4}?"
    r"(?:giúp|hộ|dùm|giùm|cho (?:mình|em|tôi|tui))(?!\w)(?! (?:mình |em |tôi |tui )?(?:xem|biết|đoán))",
    r"\b(?:giúp|hộ|dùm|giùm)\s+(?:mình |em |tôi |tui |tao )?(?:cắt|chỉnh sửa|edit|ghép|đăng|up|tải lên"
    r"|lên lịch|hẹn giờ|xóa|xoá"
    r"|dịch|vẽ|thiết kế|viết|mua|bán)(?!\w)(?! tiêu đề)",
    r"\b(?:viết|soạn|tạo|làm|thêm|chèn|ghép|gắn|vẽ|sáng tác|thiết kế|nghĩ)\s+(?:\S+\s+){0,4}?(?:kịch bản"
    r"|mô tả|caption|phụ đề|nhạc"
    r"|hiệu ứng|chữ chạy|logo|bài thơ|thơ|bài văn|bài hát|email|thư|hashtag|lời thoại|quảng cáo|hợp đồng"
    r"|intro|tranh)(?!\w)",
    r"\b(?:mua|bán|tăng|hack|cày)\s+(?:\S+\s+){0,3}?(?:sub|follow|theo dõi|lượt xem|view|like"
    r"|tim)(?!\w).{0,20}(?:giúp|hộ|cho|đi"
    r"|nhé|nha)(?!\w)|\b(?:trả lời|rep)\s+(?:\S+\s+){0,2}?(?:bình luận|cmt|comment)",
)
_KO_ASKED = r"\s?(?:줘|주|줄|달라|드려|봐|해줘|라\b|부탁)"
_KOREAN = (
    rf"(?:편집|업로드|게시|예약|번역|삭제|컷편집|보정|렌더링|홍보|녹음|디자인|인코딩)\s?(?:을|를)?\s?(?:좀|도|까지|바로)?\s?(?:해{_KO_ASKED}|부탁"
    rf"|하라|해라)",
    rf"(?:영상|동영상|클립|이거|이걸|그거|쇼츠|파일|유튜브|틱톡|채널)\S*\s+(?:\S+\s+){{0,3}}?(?:잘라|올려|지워|다듬어|공유해|꾸며){_KO_ASKED}",
    rf"(?:자막|음악|배경음악|BGM|bgm|브금|효과|노래|나레이션|더빙|필터|로고|해시태그|글자)\S*\s+(?:\S+\s+){{0,3}}?(?:넣어|달아|깔아|추가해|입혀"
    rf"|만들어|붙여|써|뽑아){_KO_ASKED}",
    rf"(?:대본|스크립트|설명글?|캡션|소개글?|시|에세이|이메일|메일|로고|그림|이미지|노래|가사|인트로|배너|코드|광고|계약서|댓글|답글|답장"
    rf"|글)\S*\s+(?:\S+\s+){{0,3}}?"
    rf"(?:써|작성해|만들어|그려|짜|지어|달아|보내|생성해){_KO_ASKED}",
    rf"(?:구독자|팔로워|조회수|좋아요)\S*\s+(?:\S+\s+){{0,3}}?(?:사|팔아|구매해|늘려){_KO_ASKED}",
)
_JAPANESE = (
    r"(?:編集|カット|アップロード|投稿|公開|予約|翻訳|削除|作曲|デザイン|宣伝|返信|トリミング|録音)(?:を)?(?:して|しといて|お願い|頼む)(?!いる|る|から|も|\s?\d)",
    r"(?:字幕|音楽|BGM|テロップ|効果音?|台本|説明文|キャプション|概要欄|ロゴ|画像|イラスト|絵|曲|歌|詩|ハッシュタグ|メール|コード|フォロワー|登録者|いいね)"
    r"[^。、]{0,12}(?:つけて|付けて|入れて|書いて|作って|描いて|買って|考えて|増やして|生成して|追加して)",
)
_ORDERS = re.compile(
    "|".join(
        f"(?:{pattern})"
        for pattern in (
            *_ENGLISH, *_SPANISH, *_FRENCH, *_PORTUGUESE, *_GERMAN, *_INDONESIAN, *_KOREAN, *_JAPANESE,
        )
    ),
    re.IGNORECASE,
)  # fmt: skip
_VIETNAMESE_ORDERS = re.compile("|".join(_VIETNAMESE), re.IGNORECASE)
# What no tool knows: earnings, and what the platforms keep to themselves.
_UNKNOWN = re.compile(
    r"\b(?:how much|what do(?:es)?|cuant[ao]|combien|wie viel|quanto|berapa|kitn[aie]"
    r"|bao nhieu)\b.{0,40}\b(?:money|cash|earn\w*"
    r"|paid|pay|dollars|revenue|income|dinero|plata|paga[nr]?|gano|ganar|cobr\w+|argent|euros?|gagn\w+"
    r"|pai?e|geld|verdien\w*"
    r"|dinheiro|ganho|duit|uang|bayar\w*|paisa|paise|kamai|tien)\b"
    r"|\b(?:kiem|duoc|tra)\b.{0,20}\bbao nhieu tien\b|(?:수익|돈|광고비).{0,12}(?:얼마|벌)|얼마나? (?:벌|받)"
    r"|いくら(?:稼"
    r"|もらえ)|収益"
    r"|\bis it legal\b|\blegally\b|\b(?:get|be|am i) sued\b|\bfais (?:moi )?le montage\b"
    r"|\bsecrets?\b.{0,30}\balgorithm|\balgorithm\w*\b.{0,24}\bsecret|\bsecreto\b.{0,12}\balgoritmo"
    r"|알고리즘\S*\s?비밀",
    re.IGNORECASE,
)
# What is only supposed, asked about or told is no order; neither is what is done with a title or a number.
_NO_ORDER = re.compile(
    r"\b(?:what (?:if|happens)|if (?:i|we|you|it)|should (?:i|we)|shall i|when (?:i|should)|which"
    r"|how (?:many|much|will|would"
    r"|do|does|did|is)|why|i'?(?:ve)? (?:posted|uploaded|published)|better(?! one)|vs|forecast|predict"
    r"|expect|suppose|compare|(?:heat ?|attention )maps?"
    r"|views (?:will|would|if)|(?:re-?)?titles?|will (?:it|this))\b"
    r"|\b(?:y si|si (?:lo|la|le|subo|publico|corto)|cuant[ao]s|cual|mejor|por que|titulos?|vistas"
    r"|deberia|conviene)\b"
    r"|\b(?:et si|si (?:je|on|j')|combien|quel(?:le)?s?|pourquoi|mieux|(?<!sous-)titres?|vues)\b"
    r"|\b(?:se eu|quant[ao]s|qual|melhor|por que|visualizacoes)\b|\b(?:wenn|falls|wie viele?|welche[rs]?"
    r"|besser|warum|titel|aufrufe)\b"
    r"|\b(?:kalau|jika|berapa|mana|judul|kenapa)\b|\b(?:neu|bao nhieu|the nao|tai sao|vi sao|tieu de|nen"
    r"|du doan)\b"
    r"|면\s|면$|어때|얼마|몇|왜|제목|어떤|예측|까요|분석|たら|れば|何回|どう|どっち|なぜ|タイトル|予測",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"(?<=[.!?。！？])\s*|\n+|;\s+")


# A question for a tool in the same message is answered.
_ASKED = re.compile(
    r"\bhow many (?:views|plays)\b|\bforecast\b|\bpredict|\bwill (?:it|this) (?:do|get|work|go)\b|\bwhy did\b"
    r"|\bcuantas vistas\b|\bcombien de vues\b|조회수 (?:예측|얼마)|\bbao nhieu luot xem\b|\bwie viele aufrufe\b"
    r"|\bquantas visualizacoes\b",
    re.IGNORECASE,
)


def orders_beyond(text: str) -> bool:
    """Say whether a text orders what no tool does, such as "cut this clip and add music", and asks nothing else."""
    parts = [part for part in _CLAUSES.split(unicodedata.normalize("NFC", text)) if part.strip()]
    return any(_orders(part) for part in parts) and not any(_ASKED.search(fold(part)) for part in parts)


def _orders(clause: str) -> bool:
    plain = fold(clause)
    found = _ORDERS.search(plain) or _VIETNAMESE_ORDERS.search(clause)
    return bool(_UNKNOWN.search(plain)) or (bool(found) and not _NO_ORDER.search(plain))
