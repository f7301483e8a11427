package penalty

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/kit/clock"
)

// Festival is one holiday of a year's arrangement 放假安排: the days off, both
// ends counted, and the weekend days that are worked for it 调休上班.
type Festival struct {
	Name        string
	From, Until clock.Date
	Work        []clock.Date
}

// Year is how the State Council arranged the holidays of a year.
type Year struct {
	Year      int
	Festivals []Festival
	Source    string
}

//go:embed holidays.txt
var arranged string

// PublishedYears are the arrangements that are known here, oldest first; a
// project adds those that come later.
func PublishedYears() ([]Year, error) {
	var out []Year
	for line := range strings.Lines(arranged) {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutPrefix(line, "# "); ok {
			year, source, _ := strings.Cut(head, " ")
			n, err := strconv.Atoi(year)
			if err != nil {
				return nil, fmt.Errorf("read holidays: %w", err)
			}
			out = append(out, Year{Year: n, Source: source})
			continue
		}
		list, err := DecodeFestivals(line)
		if err != nil {
			return nil, err
		}
		y := &out[len(out)-1]
		y.Festivals = append(y.Festivals, list...)
	}
	return out, nil
}

// EncodeFestivals writes festivals one a line: name, first day, last day, days worked.
func EncodeFestivals(list []Festival) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s %s %s", f.Name, f.From, f.Until)
		for _, d := range f.Work {
			fmt.Fprintf(&b, " %s", d)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// DecodeFestivals reads what EncodeFestivals wrote.
func DecodeFestivals(text string) ([]Festival, error) {
	var out []Festival
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 3 {
			return nil, fmt.Errorf("read holidays: %q has no days", line)
		}
		days := make([]clock.Date, len(words)-1)
		for i, w := range words[1:] {
			d, err := clock.ParseDate(w)
			if err != nil {
				return nil, fmt.Errorf("read holidays: %w", err)
			}
			days[i] = d
		}
		out = append(out, Festival{words[0], days[0], days[1], days[2:]})
	}
	return out, nil
}

// Calendar says which days are days of rest 休息日. In a year that it does not
// know only weekends are.
type Calendar struct {
	rest  map[clock.Date]string // name of the festival
	work  map[clock.Date]bool
	years map[int]bool
}

// NewCalendar puts years together.
func NewCalendar(years []Year) *Calendar {
	c := &Calendar{map[clock.Date]string{}, map[clock.Date]bool{}, map[int]bool{}}
	for _, y := range years {
		c.years[y.Year] = true
		for _, f := range y.Festivals {
			for d := f.From; d <= f.Until; d = d.AddDays(1) {
				c.rest[d] = f.Name
			}
			for _, d := range f.Work {
				c.work[d] = true
			}
		}
	}
	return c
}

// Knows reports whether the arrangement of a year has been entered.
func (c *Calendar) Knows(year int) bool { return c.years[year] }

// Rest names a day of rest, 国庆节 or 周六; a day of work has no name.
func (c *Calendar) Rest(d clock.Date) string {
	if name := c.rest[d]; name != "" {
		return name
	}
	if c.work[d] {
		return ""
	}
	switch d.Time().Weekday() {
	case time.Saturday:
		return "周六"
	case time.Sunday:
		return "周日"
	}
	return ""
}

// Workday is the first day of work on d or after it.
func (c *Calendar) Workday(d clock.Date) clock.Date {
	for c.Rest(d) != "" {
		d = d.AddDays(1)
	}
	return d
}

var (
	asides   = regexp.MustCompile(`（[^）]*）|\([^)]*\)`)
	ordinals = regexp.MustCompile(`^[一二三四五六七八九十0-9]+[、.．]\s*`)
	someDay  = regexp.MustCompile(`(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日`)
)

// longest bounds one festival; a longer one is a slip of the pen.
const longest = 20

// ReadNotice reads an arrangement as the State Council words it, a festival a
// line: 元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。 Lines
// that name no day are passed over. The error tells what is wrong, in Chinese.
func ReadNotice(year int, text string) (Year, error) {
	y := Year{Year: year}
	for line := range strings.Lines(text) {
		line = ordinals.ReplaceAllString(strings.TrimSpace(asides.ReplaceAllString(line, "")), "")
		name, rest, ok := strings.Cut(strings.Replace(line, ":", "：", 1), "：")
		if !ok || !someDay.MatchString(rest) {
			continue
		}
		f := Festival{Name: strings.Join(strings.Fields(name), "")}
		if err := f.read(year, rest); err != nil {
			return y, fmt.Errorf("“%s”这一行：%w", f.Name, err)
		}
		y.Festivals = append(y.Festivals, f)
	}
	if len(y.Festivals) == 0 {
		return y, fmt.Errorf("没有读到放假的日子，请把通知里“一、元旦：…放假…”各行原样贴进来")
	}
	slices.SortFunc(y.Festivals, func(a, b Festival) int { return int(a.From - b.From) })
	return y, y.check()
}

func (f *Festival) read(year int, text string) error {
	month := 0
	for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '。' || r == '；' || r == ';' }) {
		var days []clock.Date
		for _, m := range someDay.FindAllStringSubmatch(sentence, -1) {
			at := year
			if m[1] != "" {
				at, _ = strconv.Atoi(m[1])
			}
			if m[2] != "" {
				month, _ = strconv.Atoi(m[2])
			}
			d, err := clock.ParseDate(fmt.Sprintf("%04d-%02d-%s", at, month, ("0" + m[3])[len(m[3])-1:]))
			if err != nil {
				return fmt.Errorf("没有“%s”这一天", m[0])
			}
			days = append(days, d)
		}
		switch {
		case len(days) == 0:
		case strings.Contains(sentence, "上班"):
			f.Work = append(f.Work, days...)
		case !strings.Contains(sentence, "放假") || f.From != 0 || len(days) > 2 || len(days) == 2 && !strings.Contains(sentence, "至"):
			return fmt.Errorf("看不懂“%s”，一行写一个节日：几月几日至几日放假。几月几日上班", strings.TrimSpace(sentence))
		default:
			f.From, f.Until = days[0], days[len(days)-1]
		}
	}
	return nil
}

// check refuses what cannot be an arrangement of the year.
func (y *Year) check() error {
	var last clock.Date
	for i := range y.Festivals {
		f := &y.Festivals[i]
		switch {
		case f.From == 0:
			return fmt.Errorf("“%s”没有写哪天放假", f.Name)
		case f.Name == "" || len([]rune(f.Name)) > 20:
			return fmt.Errorf("%s 开始的假期要写节日名称，最多 20 个字", f.From)
		case f.Until < f.From || f.Until.Sub(f.From) >= longest:
			return fmt.Errorf("“%s”从 %s 到 %s，日期不对", f.Name, f.From, f.Until)
		case f.Until.Year() != y.Year:
			return fmt.Errorf("“%s”在 %d 年，不是 %d 年的", f.Name, f.Until.Year(), y.Year)
		case f.From <= last:
			return fmt.Errorf("“%s”和前一个假期重叠", f.Name)
		}
		last = f.Until
		for _, d := range f.Work {
			if day := d.Time().Weekday(); day != time.Saturday && day != time.Sunday {
				return fmt.Errorf("“%s”：%s 不是周末，本来就上班", f.Name, d)
			}
		}
	}
	return nil
}
