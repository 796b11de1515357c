"""Everyday topics, the same forty in six languages: what a query is set beside, so that "near" has a measure."""

EVERYDAY: dict[str, tuple[str, ...]] = {
    "en": (
        "cooking and recipes", "coffee", "street food", "football", "basketball", "fitness workout", "boxing",
        "cars", "motorcycles", "video games", "music video", "singing", "dance", "playing guitar", "makeup",
        "skin care", "hairstyles", "fashion outfits", "travel", "nature", "cats and dogs",
        "babies and parenting", "family", "comedy", "pranks", "drawing", "crafts", "home decoration",
        "gardening", "phones and technology", "programming", "science", "history", "learning English", "school",
        "money and investing", "news", "health", "love", "movies",
    ),
    "es": (
        "cocina y recetas", "café", "comida callejera", "fútbol", "baloncesto", "ejercicio en el gimnasio",
        "boxeo", "coches", "motos", "videojuegos", "vídeo musical", "cantar", "baile", "tocar la guitarra",
        "maquillaje", "cuidado de la piel", "peinados", "moda y ropa", "viajes", "naturaleza", "gatos y perros",
        "bebés y crianza", "familia", "comedia", "bromas", "dibujo", "manualidades", "decoración del hogar",
        "jardinería", "móviles y tecnología", "programación", "ciencia", "historia", "aprender inglés",
        "escuela", "dinero e inversión", "noticias", "salud", "amor", "películas",
    ),
    "fr": (
        "cuisine et recettes", "café", "street food", "football", "basket", "musculation", "boxe", "voitures",
        "motos", "jeux vidéo", "clip musical", "chanter", "danse", "jouer de la guitare", "maquillage",
        "soin de la peau", "coiffures", "mode et tenues", "voyage", "nature", "chats et chiens",
        "bébés et parents", "famille", "comédie", "pièges et blagues", "dessin", "bricolage", "décoration",
        "jardinage", "téléphones et technologie", "programmation", "science", "histoire", "apprendre l'anglais",
        "école", "argent et investissement", "actualités", "santé", "amour", "films",
    ),
    "vi": (
        "nấu ăn và công thức", "cà phê", "món ăn đường phố", "bóng đá", "bóng rổ", "tập gym", "đấm bốc", "ô tô",
        "xe máy", "trò chơi điện tử", "video ca nhạc", "ca hát", "nhảy múa", "chơi đàn guitar", "trang điểm",
        "chăm sóc da", "kiểu tóc", "thời trang", "du lịch", "thiên nhiên", "chó và mèo", "em bé và nuôi con",
        "gia đình", "hài hước", "trò đùa", "vẽ tranh", "đồ thủ công", "trang trí nhà cửa", "làm vườn",
        "điện thoại và công nghệ", "lập trình", "khoa học", "lịch sử", "học tiếng Anh", "trường học",
        "tiền bạc và đầu tư", "tin tức", "sức khỏe", "tình yêu", "phim ảnh",
    ),
    "ko": (
        "요리와 레시피", "커피", "길거리 음식", "축구", "농구", "헬스 운동", "복싱", "자동차", "오토바이",
        "비디오 게임", "뮤직비디오", "노래", "춤", "기타 연주", "화장", "피부 관리", "헤어스타일", "패션 코디",
        "여행", "자연", "고양이와 강아지", "아기와 육아", "가족", "코미디", "몰래카메라", "그림 그리기", "공예",
        "집 꾸미기", "정원 가꾸기", "휴대폰과 기술", "프로그래밍", "과학", "역사", "영어 공부", "학교",
        "돈과 투자", "뉴스", "건강", "사랑", "영화",
    ),
    "zh": (
        "做饭和食谱", "咖啡", "街头小吃", "足球", "篮球", "健身", "拳击", "汽车", "摩托车", "电子游戏",
        "音乐视频", "唱歌", "跳舞", "弹吉他", "化妆", "护肤", "发型", "时尚穿搭", "旅行", "大自然", "猫和狗",
        "宝宝和育儿", "家庭", "喜剧", "恶作剧", "画画", "手工", "家居装饰", "园艺", "手机和科技", "编程",
        "科学", "历史", "学英语", "学校", "金钱和投资", "新闻", "健康", "爱情", "电影",
    ),
}  # fmt: skip
