"""The words with which people ask for videos, by language: what they leave of an order may name its topic.

`BREAKS` stand in no topic, so that a topic ends at them; `EDGES` may stand inside one ("bread from an old starter"),
but not at its ends; `VIDEOS` are what is asked for; `ABOUT` and `OF` announce a topic. Only words that ask belong here:
never a topic.
"""

from dataclasses import dataclass
from functools import cache

from shortcast_agent.planner.counts import fold

_BREAKS = {
    "": (
        "link youtube tiktok tiktoks tik tok shorts short reel reels bilibili yt top max min maximum minimum "
        "limit limite total views view subs followers instagram facebook pls ok okay demo query"
    ),
    "en": (
        "i im i'm i've ive i'd i'll me my mine we we're we've us our ours you u you're you've your ur they "
        "them em their he she it its it's this that that's these those there there's here who whose which "
        "what what's whats why when where is isn't are aren't was were be been am do does doesn't did don't "
        "dont can can't could would will should may might must have haven't has had having got get gets "
        "getting gimme give gives find finding show showing search searching look looking see seeing watch "
        "pull grab bring dig fetch collect collecting gather gathering scrape crawl harvest import download "
        "add put save fill build populate load stock chuck throw keep want wants wanna need needs let let's "
        "lets please plz thanks thx cheers hey hi hello because cos cuz since while but if whether though "
        "although until maybe just also too instead again then now lately recently currently rn library "
        "collection collected gathered saved database dataset data stats anything something stuff things "
        "thing everything nothing any some few couple bunch lot lots more most many much less least other "
        "others another else only same similar examples example refs ref reference references inspo "
        "inspiration comps comparables outliers results result list topic topics keyword keywords latest "
        "newest recent popular actual public real well better usual than so as mix half handful dozen dozens "
        "each plenty enough total people creators creator channel channels account accounts uploads "
        "posts re filmed filming covered "
        "posted made make makes doing done know knows going go goes tell help start refresh update replace "
        "swap client reckon think good stuff'd okay not no none without minus out up over under above below "
        "longer shorter tonight today tomorrow monday tuesday wednesday thursday friday saturday sunday asap "
        "closest matches match draft title titles thumbnail idea ideas about regarding covering featuring "
        "concerning like two three four five six seven eight nine ten eleven twelve fifteen twenty thirty "
        "forty fifty spot check pick choose mind possible possibly quick quickly whatever stated such "
        "these'll performs perform"
    ),
    "es": (
        "yo me mi mis mio mia tu tus te se lo les nos nuestro nuestra eso esto ese esa este esta estos estas "
        "que qué cual cuál cuales cuáles quien quién quienes cuando donde como cómo cuanto cuánto cuantos "
        "cuántos es son está están hay tengo tienes tiene tenemos quiero quisiera quería necesito puedes "
        "podrías puede podés busca buscá búscame buscame buscar busco encuentra encuéntrame encuentrame "
        "muestra muéstrame muestrame enséñame enseñame enseña recopila recopílame junta juntá júntame "
        "juntame "
        "reúne recoge añade agrega agregá mete guarda guardá pon ponme dame dime trae tráeme traeme descarga "
        "descárgame descárgate bájate bajate baja sácame sacame saca consigue consígueme importa llena carga "
        "actualiza ver mira mírame favor porfa porfis porfi gracias hola buenas che oye oiga vale biblioteca "
        "colección mételos ponlos guárdalos ahí aquí ya también solo sólo solamente pero si porque además "
        "algo alguno algún alguna algunos algunas cosas cosa cosillas nada todo todos todas otro otra otros "
        "otras mismo misma parecido parecidos parecida parecidas similar similares ejemplos ejemplo "
        "resultados referencias tema temas nicho últimos últimas ultimos recientes nuevos mejores más menos "
        "mucho muchos pocos unos unas soy somos junté guardé tenga tengan haya mano ahora hoy mañana luego "
        "después antes canal canales gente creadores trate traten hablen hable vaya acerca sobre vistas "
        "público reales ser salga salgan salen pueda mezcla podria quítame quita sea"
    ),
    "fr": (
        "je j' me m' moi mon ma mes tu t' te toi ton ta tes il elle ils elles on nous notre nos vous votre "
        "vos leur ça ce cet cette ces c' qui que qu' quoi quel quelle quels quelles dont où quand comment "
        "combien est es sont était ai as avez avons ont peux peut pouvez pourrais pourriez veux voudrais "
        "aimerais faut cherche cherchez chercher trouve trouver trouvez montre montrer montrez récupère "
        "récupérer collecte collecter rassemble rassembler rassemblez ramasse ramène réunis ajoute ajouter "
        "ajoutez importe importer remplis télécharge mets mettre mettez range donne donner voir regarde va "
        "vas vais faire fais plaît plait stp svp merci salut bonjour bonsoir coucou bibliothèque collection "
        "aussi seulement juste mais si parce alors puis ensuite maintenant quelque quelques chose "
        "choses truc "
        "trucs rien tout tous toutes autre autres même mêmes similaire similaires semblable semblables "
        "ressemble ressemblent ressemblant exemples exemple résultats références sujet sujets thème thèmes "
        "thématique niche derniers dernières récents récentes nouveaux meilleurs plus moins beaucoup peu "
        "mienne mien parlent parle traitent y a t-il ici là chaîne chaînes gens créateurs sur vues qu'il "
        "quelqu'un c'est j'ai t'as n'as s'il fait font suis d'abord demain aujourd'hui publiques vraies "
        "collecté collectées sauvegardé dispo besoin envie pourras"
    ),
    "vi": (
        "tôi tớ tao nó họ này kia đó ấy nào gì ai đâu sao mấy các những cái tìm kiếm giúp giùm dùm hộ "
        "xem coi "
        "gom lấy thêm tải bỏ đưa lưu muốn cần hãy nhé nha nhá ạ ơi luôn rồi thôi chỉ vào vô có ko khong hông "
        "hem dc thì mà nhưng nếu vì nên giống như lượt nhờ đã đang dưới trên khoảng tầm thu_thập thư_viện "
        "trong_kho vào_kho bộ_sưu sưu_tập liệt_kê chủ_đề từ_khóa kết_quả ví_dụ tham_khảo học_hỏi tương_tự "
        "liên_quan cập_nhật mới_nhất gần_đây người_khác kênh cảm_ơn xin_chào mảng ngách đống mớ lọc về kiểu quay nói"
    ),
    "other": (
        "sammle zeig zeige mir finde suche ähnliche über bitte füge hinzu bibliothek meine colete mostre "
        "procure adicione sobre vídeos cari carikan kumpulkan tampilkan tentang serupa yang tolong dong "
        "perpustakaan koleksi parecidos com minha meu soal seputar zum thema para auf aus und sind gibt es "
        "hast du du'r hay ada"
    ),
}
_NICHE = {
    "": "niche nicho niches content view",
    "en": (
        "work works working worked saturated oversaturated crowded overcrowded packed full competitive busy "
        "dead worth trending trend trends hot rising growing overdone underserved time times hour hours day "
        "days length lengths long short seconds how post posting publish publishing upload often summary "
        "summarize summarise summed overview map landscape state breakdown report analysis analyse analyze "
        "space spaces market markets field scene category world going judging based according lay land "
        "picture still already room gap gaps left numbers big take took off audience competition too really "
        "right nowadays lower higher average typical win wins winning explain describe understand"
    ),
    "es": (
        "funciona funcionan funcionando saturado saturada saturados saturadas quemado quemados quemada "
        "petado "
        "petada mejor hora horas momento duración durar dura duran largo larga publicar publica publico "
        "subir "
        "conviene según mercado sector mundo resumen resume panorama competencia tirando pega pegan triunfa "
        "triunfan van va bien hueco demasiado muy mas contenido deben debe deberian debería"
    ),
    "fr": (
        "marche marchent fonctionne fonctionnent saturé saturée saturés bouché bouchés bouchée encombré "
        "concurrence durée durer longueur heure heures moment publier publie poster d'après après selon vu "
        "marché secteur monde univers résumé résume panorama cartonne cartonnent place trop bien vraiment "
        "encore déjà meilleur meilleure contenu doit doivent dois devrait"
    ),
    "vi": (
        "hiệu_quả ăn_view ăn_khách đông bão_hòa bao_nhiêu giây phút giờ dài ngắn nên đăng dựa theo "
        "lĩnh_vực thị_trường cạnh_tranh tóm_tắt xu_hướng thịnh_hành hot ổn nhất lúc thì quá tốt"
    ),
}
_EDGES = {
    "": "",
    "en": (
        "the a an of in on for with from to and or by at into within how best new old first off right w "
        "especially mainly mostly preferably via per plus real little big small tiny"
    ),
    "es": "el la los las un una de del en a al con por para y o e u sin según lo le",
    "fr": (
        "le la les l' un une de du des d' en à au aux dans avec pour par et ou sans chez vers sur n' s' ne "
        "pas"
    ),
    "vi": (
        "một ở tại từ trong và hoặc cho bằng theo với lên hay mình em anh chị cô chú bác bạn của không được "
        "để là đi nữa cùng khác"
    ),
    "other": "der die das ein eine von im in mit für di ke dari dan untuk da do dos um uma",
}
_VIDEOS = {
    "": (
        "video videos vids vid vídeo vídeos vidéo vidéos clip clips shorts short tiktok tiktoks reels reel "
        "cortos contenido contenu content footage vlogs vlog uploads"
    ),
}
_ABOUT = {
    "en": "about on re regarding covering concerning featuring topic query keyword like",
    "es": "sobre acerca tema tipo traten hablen query",
    "fr": "sur sujet thème parlent parle traitent concernant autour query",
    "vi": "về đề kiểu",
    "other": "über tentang soal seputar sobre thema",
}
_OF = {
    "en": "of for with",
    "es": "de del con",
    "fr": "de d' du des avec",
    "vi": "",
    "other": "von de com",
}
# Edges that only end an order; before a topic they belong to it: "đi câu cá".
_ENDINGS = frozenset({"đi", "với", "hay", "nữa", "không", "được"})


@dataclass(frozen=True)
class AskingWords:
    """The words of one language; `folded` when accents are left out of them, as many people type."""

    breaks: frozenset[str]
    edges: frozenset[str]
    videos: frozenset[str]
    about: frozenset[str]
    of: frozenset[str]
    niche: frozenset[str]


@cache
def asking_words(language: str, *, folded: bool) -> AskingWords:
    """Return the words that ask in a language, with those that all languages share."""

    def words(of: dict[str, str]) -> frozenset[str]:
        shared = of.get("other", "") if language == "en" else ""
        said = f"{of.get('', '')} {shared} {of.get(language, '')}".split()
        return frozenset([*said, *map(fold, said)] if folded else said)

    breaks = words(_BREAKS) - (words(_EDGES) - frozenset(_BREAKS.get(language, "").split()))
    return AskingWords(breaks, words(_EDGES), words(_VIDEOS), words(_ABOUT), words(_OF), words(_NICHE))


def ends_only(word: str) -> bool:
    """Say whether a word of Vietnamese ends an order, but may begin a topic."""
    return word in _ENDINGS
