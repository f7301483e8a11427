package penalty_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/latefee/penalty"
)

func years(t *testing.T) []penalty.Year {
	t.Helper()
	out, err := penalty.PublishedYears()
	if err != nil || len(out) < 2 {
		t.Fatal(out, err)
	}
	return out
}

func TestPublishedYears(t *testing.T) {
	for _, y := range years(t) {
		for _, f := range y.Festivals {
			if f.From.Year() != y.Year || f.Until < f.From || y.Source == "" {
				t.Errorf("%d: %+v", y.Year, f)
			}
			for _, d := range f.Work {
				if day := d.Time().Weekday(); day != time.Saturday && day != time.Sunday {
					t.Errorf("%s is worked and no weekend", d)
				}
			}
		}
		back, err := penalty.DecodeFestivals(penalty.EncodeFestivals(y.Festivals))
		if err != nil || len(back) != len(y.Festivals) || back[1].Work[0] != y.Festivals[1].Work[0] {
			t.Errorf("%d is not read as it is written: %v %v", y.Year, back, err)
		}
	}
}

func TestWorkday(t *testing.T) {
	c := penalty.NewCalendar(years(t))
	for due, want := range map[clock.Date]clock.Date{
		20260930: 20260930, // a Wednesday
		20261003: 20261008, // National Day until the 7th
		20261010: 20261010, // a Saturday that is worked
		20261011: 20261012, // a Sunday
		20260228: 20260228, // worked for the Spring Festival
		20260214: 20260214,
		20260215: 20260224,
		20270101: 20270101, // nobody knows 2027 yet: a Friday
		20270102: 20270104, // its weekends are known
	} {
		if got := c.Workday(due); got != want {
			t.Errorf("%s: %s, want %s", due, got, want)
		}
	}
	if c.Knows(2027) || !c.Knows(2026) || c.Rest(20261003) != "国庆节" || c.Rest(20261011) != "周日" || c.Rest(20261012) != "" {
		t.Error("what the calendar knows")
	}
}

const notice = `经批准，现将2027年元旦、春节放假调休日期的具体安排通知如下。

一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节:2月5日(周五)至12日(农历正月初七、周五)放假调休，共8天。1月31日（周日）、2月13日（周六）上班。
三、清明节：4月5日（周一）放假1天，与周末连休。
节假日期间，各地区要妥善安排好值班。`

func TestReadNotice(t *testing.T) {
	y, err := penalty.ReadNotice(2027, notice)
	if err != nil {
		t.Fatal(err)
	}
	want := "元旦 2027-01-01 2027-01-03\n春节 2027-02-05 2027-02-12 2027-01-31 2027-02-13\n清明节 2027-04-05 2027-04-05\n"
	if got := penalty.EncodeFestivals(y.Festivals); got != want {
		t.Errorf("read\n%s", got)
	}
	if y, err = penalty.ReadNotice(2023, "元旦：2022年12月31日至2023年1月2日放假调休，共3天。"); err != nil || y.Festivals[0].From != 20221231 || y.Festivals[0].Until != 20230102 {
		t.Errorf("over the turn of the year: %+v %v", y, err)
	}
	for text, part := range map[string]string{
		"":                 "没有读到放假的日子",
		"明年放假另行通知":         "没有读到放假的日子",
		"元旦：1月32日放假":       "没有“1月32日”这一天",
		"元旦：1日放假":          "没有“1日”这一天",
		"元旦：1月1日至3日，共3天":   "看不懂",
		"元旦：1月3日至1日放假":     "日期不对",
		"春节：2月5日至3月12日放假":  "日期不对",
		"元旦：1月1日放假。1月4日上班": "2027-01-04 不是周末",
		"元旦：1月1日至3日放假\n春节：1月3日至5日放假":        "重叠",
		"元旦：2026年1月1日放假":                    "不是 2027 年的",
		"元旦：1月9日上班":                         "没有写哪天放假",
		"元旦：1月1日放假。春节2月5日放假":                "看不懂",
		strings.Repeat("长", 30) + "：1月1日放假": "最多 20 个字",
	} {
		if _, err := penalty.ReadNotice(2027, text); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v, want %q", text, err, part)
		}
	}
}

func TestOrderOfFestivals(t *testing.T) {
	y, err := penalty.ReadNotice(2027, "二、春节：2月5日放假\n一、元旦：1月1日放假")
	if err != nil || !slices.IsSortedFunc(y.Festivals, func(a, b penalty.Festival) int { return int(a.From - b.From) }) {
		t.Errorf("%+v %v", y, err)
	}
}
