package sheet

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"
)

func gbk(t testing.TB, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func flat(rows []gotRow) string {
	var out []string
	for _, r := range rows {
		var line []string
		for _, c := range r.cells {
			line = append(line, c.Ref+"="+c.Text)
		}
		out = append(out, strings.Join(line, " "))
	}
	return strings.Join(out, "\n")
}

func TestA13GBKAfterASCII(t *testing.T) {
	data := append([]byte(strings.Repeat("1-1-101,abc\n", 1000)), gbk(t, "1-1-102,张三\n")...)
	rows, _ := mustRead(t, data)
	if len(rows) != 1001 || rows[1000].cells[1].Text != "张三" {
		t.Fatalf("%d rows, last %+v", len(rows), rows[len(rows)-1])
	}
	utf := append([]byte(strings.Repeat("1-1-101,abc\n", 1000)), "1-1-102,张三\n"...)
	rows, _ = mustRead(t, utf)
	if rows[1000].cells[1].Text != "张三" {
		t.Fatalf("%+v", rows[1000])
	}
}

func TestA14InvalidBytes(t *testing.T) {
	head := "房号,业主\n1-1-101,阿卜杜拉·买买提\n1-1-102,"
	for name, c := range map[string]struct {
		data string
		says []string
	}{
		"FF FE inside UTF-8":       {head + "\xFF\xFE李四\n", []string{"第 3 行", "第 9 个字节", "0xFF"}},
		"broken UTF-8 is no GBK":   {head + "李\xE5\n房号房号房号\n", []string{"第 3 行", "0xE5"}},
		"marked UTF-8 is no GBK":   {"\uFEFF房\xB7\xBF\n", []string{"第 1 行", "0xB7"}},
		"NUL":                      {"a,b\nc\x00,d\n", []string{"第 2 行", "0x00"}},
		"replacement character":    {"a,b\nc\uFFFD,d\n", []string{"第 2 行"}},
		"invalid in both":          {string(gbk(t, "房号,业主\n张三,")) + "\xFF\n", []string{"第 2 行", "0xFF"}},
		"UTF-16":                   {"\xFF\xFEa\x00", []string{"UTF-16"}},
		"GBK code without meaning": {string(gbk(t, "房号\n")) + "\xFE\xFE\n", []string{"认不出"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := read(t, []byte(c.data), Limits{})
			refused(t, err, ErrEncoding, c.says...)
		})
	}
}

func TestCSVShapes(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"mark":             {"\uFEFF房号,业主\n", "A1=房号 B1=业主"},
		"tab":              {"房号\t业主,共有\r\n1\t张\r\n", "A1=房号 B1=业主,共有\nA2=1 B2=张"},
		"semicolon":        {"a;b\n1;2\n", "A1=a B1=b\nA2=1 B2=2"},
		"sep line":         {"sep=;\r\na;b\n", "A1=a B1=b"},
		"blank lines":      {"a,b\n\n,\n1,2\n", "A1=a B1=b\nA4=1 B4=2"},
		"old Mac lines":    {"a,b\r1,2", "A1=a B1=b\nA2=1 B2=2"},
		"quotes":           {"\"a\"\"b\",\"c\r\nd\",e\"f\n1,2,3\n", "A1=a\"b B1=c\nd C1=e\"f\nA2=1 B2=2 C2=3"},
		"text for Excel":   {"=\"0101\",\"'+86138\"\n", "A1=0101 B1=+86138"},
		"rare characters":  {string(gbk(t, "𠮷野家,䶮,㛃\n")), "A1=𠮷野家 B1=䶮 C1=㛃"},
		"trailing columns": {"a,b,,,\n", "A1=a B1=b"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, _ := mustRead(t, []byte(c.in))
			if got := flat(rows); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	for name, c := range map[string]struct{ in, says string }{
		"open quote":       {"a,b\n1,\"2\n3,4\n", "第 2 行"},
		"text after quote": {"a,b\n\"1\"x,2\n", "第 2 行"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := read(t, []byte(c.in), Limits{})
			refused(t, err, ErrQuote, c.says)
		})
	}
	_, _, err := read(t, []byte("a,"+strings.Repeat("字", 32_768)+"\n"), Limits{})
	refused(t, err, ErrLimit, "B1", "32768")
	_, _, err = read(t, []byte(strings.Repeat("a,", 101)+"\n"), Limits{})
	refused(t, err, ErrLimit, "CW1")
}

// What WriteCSV writes, Open reads back, in either encoding.
func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		value := rapid.StringMatching(`[-=+@"',;a张三é0-9 \n]{0,8}`).Filter(func(s string) bool {
			return !strings.HasPrefix(s, "'") && !strings.HasPrefix(s, `="`)
		})
		rows := rapid.SliceOfN(rapid.SliceOfN(value, 3, 3), 1, 6).Draw(rt, "rows")
		values := make([][]Value, len(rows))
		for i, r := range rows {
			for _, s := range r {
				values[i] = append(values[i], Text(s))
			}
		}
		var out strings.Builder
		if err := WriteCSV(&out, Sheet{Columns: []Column{{Title: "一,"}, {Title: "二"}, {Title: "三"}}, Rows: FromSlice(values)}); err != nil {
			rt.Fatal(err)
		}
		data := []byte(out.String())
		if rapid.Bool().Draw(rt, "gbk") {
			data = gbk(t, strings.TrimPrefix(out.String(), "\uFEFF"))
		}
		got, _, err := read(t, data, Limits{})
		if err != nil {
			rt.Fatal(err)
		}
		byRow := map[int][]Cell{}
		for _, r := range got {
			byRow[r.n] = r.cells
		}
		for i, r := range rows {
			for j, want := range r {
				have := ""
				if cells := byRow[i+2]; j < len(cells) {
					have = cells[j].Text
				}
				if have != want {
					rt.Fatalf("row %d column %d: %q, want %q in %q", i, j, have, want, out.String())
				}
			}
		}
	})
}
