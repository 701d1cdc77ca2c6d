"""Invented Chinese names: surnames by their share of the population, names by age."""

from random import Random

from unionportal.demo.chance import Weighted, weighted

# Shares per thousand, after the 2020 census (national) and the provincial name reports.
NATIONAL = (
    "王72 李71 张68 刘54 陈45 杨31 黄23 赵21 吴20 周20 徐15 孙15 马13 朱12 胡12 郭12 何11 "
    "林11 高10 罗9 郑9 梁8 谢8 宋8 唐7 许7 韩7 邓6 冯6 曹6 彭6 曾6 肖6 田5 董5 潘5 袁5 "
    "蔡5 蒋5 余5 于5 杜5 叶4 程4 魏4 苏4 吕4 丁4 任4 卢4 姚4 沈4 钟4 姜4 崔4 谭4 陆4 "
    "范3 汪3 廖3 石3 金3 韦3 贾3 夏3 付3 方3 邹3 熊3 白3 孟3 秦3 邱3 侯3 江3 尹3 薛3 "
    "闫3 段2 雷2 龙2 黎2 史2 陶2 贺2 毛2 郝2 顾2 龚2 邵2 万2 覃2 武2 钱2 戴2 严2 莫2 孔2"
)
OF_PROVINCE = {
    "35": (
        "陈111 林94 黄56 张49 吴45 李43 郑36 王35 刘29 苏19 蔡18 杨17 叶16 许15 谢14 曾12 "
        "周12 郭11 赖10 邱10 罗9 江9 何9 余8 朱8 廖8 徐8 詹7 游7 方6 魏6 胡6 施6 洪6 卢6 "
        "翁6 庄6 潘5 柯5 阮5 范5 赵5 肖5 蒋5 高5 傅4 沈4 雷4 汤4 温4 薛4 康4 颜4 官3 丘3 "
        "涂3 邹3 池3 丁3 欧阳2 上官2 连3 简2 巫2 童3 兰3 钟3 缪2"
    ),
}

MALE_OLD = "建国 国强 志强 建华 永福 金水 文明 德明 水生 阿明 天赐 木生 国华 荣华 福生 金发 庆祥 志明 明辉 国荣 家兴 水木 长福 春生 玉成 清泉 振华 光辉 新民 和平"
MALE_YOUNG = "浩然 子轩 宇航 俊杰 博文 浩宇 子豪 宇轩 梓睿 俊熙 铭轩 嘉诚 奕辰 晨阳 思远 文博 智宸 景行 一鸣 泽宇"
MALE_CHARACTERS = (
    "伟 强 军 勇 杰 涛 斌 辉 鹏 飞 刚 平 亮 明 峰 华 建 志 国 文 海 永 金 德 清 荣 庆 "
    "春 福 兴 龙 松 林 生 水 财 祥 忠 诚 达 彬 毅 健 锋 凯 恒 宏 盛"
)
FEMALE_OLD = "秀英 桂英 秀兰 玉兰 丽华 美珍 惠珍 玉珍 秀珍 金花 月英 素珍 淑英 桂花 美玉 丽珠 宝珠 秋菊 春梅 素华 雪梅 爱华 彩云 碧云 丽卿 玉钗 秀琴 美华 明珠 金莲"
FEMALE_YOUNG = "梓涵 欣怡 诗涵 雨桐 可馨 思琪 梦瑶 佳怡 雨萱 语桐 若曦 沐瑶 婉婷 静雯 子涵 一诺 艺涵 晨曦 心妍 芷若"
FEMALE_CHARACTERS = (
    "芳 娟 敏 静 丽 艳 霞 燕 玲 娜 红 梅 英 华 兰 萍 芬 珍 琴 云 莲 雪 美 惠 秀 玉 淑 "
    "月 春 秋 香 凤 碧 彩 素 金 爱 婷 慧 莹 洁 颖 琳 蓉 倩 佳 雯 晶 瑜"
)

# Born before this year, a person bears an older name; after the second, a newer one.
OLD_BEFORE, YOUNG_AFTER = 1972, 2003


def surnames_of(province: str) -> Weighted[str]:
    """The surnames of a province by its two-digit code; national where unknown."""
    pairs = []
    for entry in OF_PROVINCE.get(province, NATIONAL).split():
        surname = entry.rstrip("0123456789")
        pairs.append((surname, float(entry[len(surname) :])))
    return weighted(pairs)


WHOLE = {
    (False, "old"): MALE_OLD.split(),
    (False, "young"): MALE_YOUNG.split(),
    (True, "old"): FEMALE_OLD.split(),
    (True, "young"): FEMALE_YOUNG.split(),
}
CHARACTERS = {False: MALE_CHARACTERS.split(), True: FEMALE_CHARACTERS.split()}


def given_name(rng: Random, *, is_female: bool, birth_year: int) -> str:
    """One or two characters that fit sex and age."""
    chance = rng.random()
    if birth_year < OLD_BEFORE and chance < 0.45:
        return _one(rng, WHOLE[is_female, "old"])
    if birth_year > YOUNG_AFTER and chance < 0.75:
        return _one(rng, WHOLE[is_female, "young"])
    pool = CHARACTERS[is_female]
    first = _one(rng, pool)
    if chance > 0.88:
        return first
    second = _one(rng, pool)
    return first if second == first else first + second


def _one(rng: Random, pool: list[str]) -> str:
    return pool[int(rng.random() * len(pool))]
