"""Chinese (Mandarin, simplified): function words and sentence frames; 把 moves the object before the verb."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.offline.languages.engine import Grammar, read_frames
from agent.offline.languages.lexicon import Kind, Lexicon


def _inflect(form: str, kind: Kind) -> Iterator[tuple[str, bool]]:
    """Only people have a plural."""
    if kind is Kind.PERSON:
        yield form + "们", True


FUNCTION_WORDS = {
    Kind.DETERMINER: """
        this = 这个, 这, 这只, 这张, 这位, 这件, 这辆
        that = 那个, 那, 那只, 那位, 那件, 那辆
        these = 这些
        those = 那些
        my = 我的
        your = 你的
        his = 他的
        her = 她的
        all the = 所有, 所有的, 全部的, 每个
        both = 两个都, 两只都
        a = 一个, 一只, 一辆, 一朵, 一棵, 一位, 一顶, 一张, 一条, 一件, 一把
        a = 一座, 一艘, 一盏, 一束, 一支, 一本, 一块, 一架, 一颗, 一双, 一道, 一匹, 一头, 一幅
        a cup of = 一杯
        a bottle of = 一瓶
        a bowl of = 一碗
        a plate of = 一盘
        a pair of = 一对, 一副
        some = 一些些, 几个, 几只, 几朵
        another = 另一只, 再一个
        the other = 另一个, 另外一个
    """,
    Kind.NUMBER: """
        two = 两个, 两只, 两朵, 两辆, 两
        three = 三个, 三只, 三朵, 三
        four = 四个
        five = 五个
    """,
    Kind.PRONOUN: """
        it = 它, 这里
        him = 他
        her = 她
        them = 他们, 它们, 她们
        everything = 一切
        me = 我
    """,
    Kind.OF: "of = 的, 之",
    Kind.CONJUNCTION: "and = 和, 与, 以及, 跟, 还有",
    Kind.RELATION: """
        in = 里, 里面, 中, 中的那个, 当中, 内
        on = 上, 上面, 上方的
        under = 下, 下面, 下方, 底下
        behind = 后面, 背后, 身后
        in front of = 前面, 面前
        next to = 旁边, 身边, 旁
        above = 上方, 头顶
        between = 之间, 中间
        except = 以外, 之外
    """,
    Kind.LOCATION: """
        on the far left = 最左边, 最左侧
        on the far right = 最右边, 最右侧
        on the left = 左边, 左侧, 左面, 左手边
        on the right = 右边, 右侧, 右面, 右手边
        at the top = 顶部, 最上面
        at the bottom = 底部, 最下面
        in the back = 后排, 后边
        in the front = 前排, 前边
        at the top left = 左上角
        at the top right = 右上角
        at the bottom left = 左下角
        at the bottom right = 右下角
        in the middle = 正中间, 中央
    """,
    Kind.PARTICIPLE: """
        wearing = 戴, 穿, 戴着, 穿着
        holding = 拿着, 拿, 举着, 抱着
        riding = 骑着
        sitting = 坐着, 坐
        standing = 站着, 站
    """,
    Kind.DEGREE: """
        a bit = 一点, 一些, 点, 些, 一点点, 稍微, 略微, 有点, 一丢丢
        more = 更, 更加, 再, 还要, 更多
        much = 很多, 多了
        very = 很, 非常, 特别, 十分
        too = 太
        less = 没那么, 不那么, 少
    """,
    Kind.SILENT: "- = 整体, 一下, 请, 吧, 了, 呢, 啊, 给我, 把, 将, 得, 都, 也, 个, 只, 张, 条, 位, 的样子, 成, 是",
}

VERBS = {
    "ba": "(?:把|将|给|让|帮我把)",
    "remove": "去掉|去除|删掉|删除|删去|移除|擦掉|抹掉|抹去|消除|清除|清理掉|弄掉|拿掉|"
    "拿走|移走|[pP]掉|去了|除掉|摘掉|弄走|消失",
    "into": "变成|变为|改成|改为|换成|换为|转成|转为|转换成|转换为|替换成|替换为|修改成|修改为|调成|弄成|做成|变|改到",
    "replace": "换成|换为|替换成|替换为|换作",
    "dye": "染成|涂成|漆成|刷成|染|涂",
    "tune": "调整得|调整|调得|调|变得|变|弄得|弄|搞|改|处理得|修得|拍得|做得",
    "add": "添加|增加|加上|加个|加|放上|放|画上|画(?!面|质)|摆上|摆|插入|添上|添|p上|P上",
    "wear": "戴上|戴|穿上|穿|加上|加|配上|添加|添上|画上|换上",
    "raise": "提高|增加|加强|增强|提升|加大|调高",
    "lower": "降低|减少|减弱|减小|调低|降",
    "censor": "打码|打上?马赛克|马赛克|遮住|遮挡|遮掉|挡住|盖住|打上?码|涂黑",
    "blur": "虚化掉|虚化|模糊掉|模糊处理|模糊化|模糊|变模糊",
    "crop": "裁剪|裁切|剪裁|裁",
    "move": "移到|移动到|挪到|放到|移至|往|移向|放在",
}

GRAMMAR = Grammar(
    lexicon=Lexicon(["zh"], FUNCTION_WORDS, _inflect),
    frames=read_frames("chinese", VERBS),
    breaks=re.compile(
        r"\s*[,.;!]\s*(?:然后|接着|再|并且|并|同时|而且|还有|最后)*|(?:然后|并且|接着|同时)(?:再|把(?=.))?(?<!把)"
    ),
    polite=re.compile(
        r"请|麻烦你?|帮我|帮忙|帮|(?:你|您)?(?:能不能|可不可以|能否|可以|能)(?=[^做].)|一下子?|谢谢(?:你|您)?$(?<!^谢谢)|好吗|"
        r"行吗|吗$|我(?:想要?|要|希望)|你好[,!]\s*(?=.)"
    ),
    joins=frozenset(),
    spaced=False,
    modifiers_first=True,
)
