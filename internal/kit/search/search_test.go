package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"linli/internal/kit/fault"
)

// found reports whether a query finds a name through the index.
func found(q, name string) bool {
	lo, hi := PrefixRange(q)
	if lo == "" {
		return false
	}
	for _, tok := range NameTokens(name) {
		if lo <= tok && tok < hi {
			return true
		}
	}
	return false
}

func TestNamesAreFound(t *testing.T) {
	for name, queries := range map[string]string{
		"陈建国":         "陈 陈建 陈建国 建国 国 chen chenjianguo chenjg chenjiang cjg cj jianguo jg guo 陈　建国 ＣＪＧ chen'jianguo",
		"张伟":          "张 张伟 伟 zhangwei zw wei zhangw zhang",
		"单于":          "chanyu",
		"单雄信":         "shanxiongxin danxiongxin sxx",
		"仇英":          "qiuying qy", // 仇 as a surname
		"曾国藩":         "zengguofan zgf zenggf",
		"解缙":          "xiejin jiejin",
		"查良镛":         "zhaliangyong zly",
		"任我行":         "renwoxing renwohang",
		"朴树":          "piaoshu ps",
		"尉迟恭":         "yuchigong ycg",
		"长孙无忌":        "zhangsunwuji zswj wuji",
		"万俟洛":         "moqiluo mql",
		"区志强":         "ouzhiqiang",
		"盖聂":          "genie gainie",
		"乐嘉":          "yuejia lejia",
		"华罗庚":         "hualuogeng",
		"吕布":          "lvbu lyubu lubu lüb lb",
		"欧阳":          "ouyang oy 阳 欧阳",
		"张欢乐":         "zhanghuanle zhanghuanyue",
		"沈重":          "shenchong shenzhong",
		"阿卜杜拉·买买提":    "阿卜杜拉·买买提 阿卜杜拉•买买提 阿卜杜拉．买买提 阿卜杜拉.买买提 阿卜杜拉・买买提 阿卜杜拉买买提 买买提 abdl maimaiti abudula",
		"𠮷野家":         "𠮷 𠮷野家 野家 jiyejia",
		"䶮":           "䶮 yan",
		"㛃":           "㛃 jie",
		"Anna Müller": "anna müller annam",
		"深圳市万科物业服务有限公司": "万科 wanke wkwy 物业 szswk shenzhenshi",
		"李雷3号": "3 李雷3",
	} {
		for _, q := range strings.Split(queries, " ") {
			if !found(q, name) {
				t.Errorf("%q does not find %s: %q", q, name, NameTokens(name))
			}
		}
	}
	for name, queries := range map[string]string{"陈建国": "建陈 陈国 chengj gjc z", "张伟": "张伟伟 wz", "Anna": "nna"} {
		for _, q := range strings.Split(queries, " ") {
			if found(q, name) {
				t.Errorf("%q finds %s: %q", q, name, NameTokens(name))
			}
		}
	}
	if n := len(NameTokens("陈建国")); n > 12 {
		t.Errorf("%d tokens for three characters: %q", n, NameTokens("陈建国"))
	}
	if n := len(NameTokens(strings.Repeat("行长乐重", 20))); n > 1500 {
		t.Errorf("%d tokens", n)
	}
}

func TestPinyinKeyOrders(t *testing.T) {
	if a, b := PinyinKey("曾一"), PinyinKey("陈二"); a < b {
		t.Errorf("%q before %q", a, b)
	}
	if got := PinyinKey("单于"); !strings.HasPrefix(got, "chan yu ") {
		t.Errorf("%q", got)
	}
	if PinyinKey(" ") != "" {
		t.Error("nothing has a key")
	}
}

// Whatever a name is, any of its ends is found by any of its beginnings, and
// the bounds are text that PostgreSQL takes.
func TestEveryPartIsFound(t *testing.T) {
	alphabet := []rune("陈建国单曾乐行长阿卜·𠮷䶮张伟aZ1 ")
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.StringOfN(rapid.RuneFrom(alphabet), 1, 12, -1).Draw(rt, "name")
		runes, starts := split(name)
		if len(runes) == 0 {
			return
		}
		from := rapid.SampledFrom(starts).Draw(rt, "from")
		to := rapid.IntRange(from+1, len(runes)).Draw(rt, "to")
		if q := string(runes[from:to]); !found(q, name) {
			rt.Fatalf("%q does not find %q: %q", q, name, NameTokens(name))
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		q, token := rapid.String().Draw(rt, "q"), rapid.String().Draw(rt, "token")
		lo, hi := KeyRange(q)
		if !utf8.ValidString(lo) || !utf8.ValidString(hi) {
			rt.Fatalf("bounds %q %q", lo, hi)
		}
		if q == "" || hi == "" {
			return
		}
		for _, s := range []string{token, q + token} {
			if in := lo <= s && s < hi; in != strings.HasPrefix(s, q) {
				rt.Fatalf("%q in [%q, %q): %v", s, lo, hi, in)
			}
		}
	})
}

func TestNormalize(t *testing.T) {
	for in, want := range map[string]string{
		"　ＡＢＣ１２３　": "abc123", "a\u202Eb\u200Bc\uFEFFd\u00ADe": "abcde", "a\x00b": "ab", "A•B／C": "a·b/c",
		"阿．买": "阿·买", "1.5": "1.5", "a \t\n b": "a b", "": "", "\xFFa": "a", "lüe": "lve", "ﾏ･ﾏ": "マ·マ",
	} {
		if got := Normalize(in); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Fold("A \u0300"); got != "à" {
		t.Errorf("a mark after a space: %q", got)
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.String().Draw(rt, "s")
		if n := Fold(s); Fold(n) != n {
			rt.Fatalf("%q → %q → %q", s, n, Fold(n))
		}
	})
}

func TestE1E3E5E10CleanName(t *testing.T) {
	for in, want := range map[string]string{
		"　张三\u00A0": "张三", "阿卜杜拉·买买提": "阿卜杜拉·买买提", "𠮷野家": "𠮷野家", "䶮": "䶮", "㛃": "㛃", "👨‍👩‍👧‍👦": "👨‍👩‍👧‍👦", "🇨🇳": "🇨🇳", "👍🏽": "👍🏽", "❤️‍🔥": "❤️‍🔥",
		"Anna  Müller": "Anna Müller", "Nguyễn Thị Ánh": "Nguyễn Thị Ánh", "e\u0301": "é", "<script>": "<script>", "'; DROP TABLE": "'; DROP TABLE",
	} {
		if got, err := CleanName(in); err != nil || got != want {
			t.Errorf("CleanName(%q) = %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", " ", "\u3000\u3000", "\u00A0"} {
		if _, err := CleanName(in); fault.As(err) == nil || fault.As(err).Code != ErrEmpty.Code {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, in := range []string{"a\x00b", "张\u202E三", "张\u2066三", "张\u200B三", "\uFEFF张三", "a\u00ADb", "a\nb", "a\u2028b", "a\uFFFDb", "a\uFFFEb", "a\uE000b", "\xff", "张\u200D三", "z" + strings.Repeat("\u0336", 1000)} {
		if _, err := CleanName(in); fault.As(err) == nil || fault.As(err).Code != ErrCharacter.Code {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestClassify(t *testing.T) {
	for q, want := range map[string]Kind{
		"1栋101": Room, "1-1-101": Room, "1101": Room | PhoneTail, "101": Room, "13800138000": PhoneFull, "+86 138-0013-8000": PhoneFull,
		"０１３８": Room | PhoneTail, "0755-12345678": PhoneFull, "cjg": Pinyin, "Chen Jianguo": Pinyin, "陈建国": Name, "阿卜杜拉·买买提": Name,
		"底商03": Room | Name, "A-03": Room | Name, "": 0, " ": 0, "%": 0, "1_01": Room, "123456789": 0, "𠮷": Name,
	} {
		if got := Classify(q); got != want {
			t.Errorf("Classify(%q) = %05b, want %05b", q, got, want)
		}
	}
}
