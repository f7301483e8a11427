package formula_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"linli/internal/kit/money"
	"linli/internal/tariff/formula"
)

const everything = formula.Area | formula.InnerArea | formula.Floor | formula.Floors |
	formula.People | formula.Price | formula.Quantity

// room is 118.42 ㎡ (96.5 inside) on floor 16 of 33, 3 people, 2.35 yuan, 12.5 units.
func room() *formula.Vars {
	return &formula.Vars{
		Known: everything, Area: 11842, InnerArea: 9650, Floor: 16, Floors: 33,
		People: 3, Price: 2_350_000, Quantity: 125_000,
	}
}

func parse(t testing.TB, src string, options ...formula.Option) *formula.Formula {
	t.Helper()
	f, err := formula.Parse(src, options...)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return f
}

func TestEval(t *testing.T) {
	tests := []struct {
		src       string
		value     string
		amount    money.Fen
		canonical string
	}{
		{"面积*单价", "278.287", 27829, "建筑面积*单价"},
		{"面积*单价*0.8", "222.6296", 22263, "建筑面积*单价*0.8"},
		{"(楼层-5)*5+10", "65", 6500, "(楼层-5)*5+10"},
		{"（楼层－５）×５＋１０", "65", 6500, "(楼层-5)*5+10"},
		{"面积＊单价÷2／1", "139.1435", 13914, "建筑面积*单价/2/1"},
		{"AREA * Price", "278.287", 27829, "建筑面积*单价"},
		{"inner_area*2", "193", 19300, "套内面积*2"},
		{"套内面积+floors+人数+quantity+months", "146", 14600, "套内面积+总层数+人数+数量+月数"},
		{"89.3*2.35", "209.855", 20986, "89.3*2.35"},
		{"50.07*2.785", "139.44495", 13944, "50.07*2.785"},
		{"89.50*2.80*0.70", "175.42", 17542, "89.5*2.8*0.7"},
		{"200*3.5*365/12", "21291.66666666…", 2129167, "200*3.5*365/12"},
		{ // 10³⁷/10³²: times 100 it leaves 128 bits unless it is reduced first
			"999999999999*999999999999*999999999999*10/999999999999/999999999999/100000000", "99999.9999999", 10000000,
			"999999999999*999999999999*999999999999*10/999999999999/999999999999/100000000",
		},
		{"如果(0*-5=0, 1, 2)", "1", 100, "如果(0*(-5)=0, 1, 2)"},
		{"如果(-(3-人数)<0, 1, 2)", "2", 200, "如果(-(3-人数)<0, 1, 2)"},
		{"100/3", "33.33333333…", 3333, "100/3"},
		{"100/3*3", "100", 10000, "100/3*3"},
		{"1/3+1/3+1/3", "1", 100, "1/3+1/3+1/3"},
		{"-5+10", "5", 500, "-5+10"},
		{"10*-5+100", "50", 5000, "10*(-5)+100"},
		{"--5", "5", 500, "--5"},
		{"10-(3-2)", "9", 900, "10-(3-2)"},
		{"((10-3))-2", "5", 500, "10-3-2"},
		{"2*(3*4)", "24", 2400, "2*(3*4)"},
		{"-(2+3)+6", "1", 100, "-(2+3)+6"},
		{"1.50", "1.5", 150, "1.5"},
		{"0.005", "0.005", 1, "0.005"},
		{"0.000001", "0.000001", 0, "0.000001"},
		{"如果(楼层>5, 10, 20)", "10", 1000, "如果(楼层>5, 10, 20)"},
		{"如果（楼层≤５，10，20）", "20", 2000, "如果(楼层<=5, 10, 20)"},
		{"if(floor==16,1,2)", "1", 100, "如果(楼层=16, 1, 2)"},
		{"if(floor<>16,1,2)", "2", 200, "如果(楼层≠16, 1, 2)"},
		{"if(floor!=15,1,2)", "1", 100, "如果(楼层≠15, 1, 2)"},
		{"if((floor>=16),1,2)", "1", 100, "如果(楼层>=16, 1, 2)"},
		{"if(floor<16,1,2)", "2", 200, "如果(楼层<16, 1, 2)"},
		{"如果(人数=3, 1, 1/0)", "1", 100, "如果(人数=3, 1, 1/0)"},
		{"最小(面积*单价, 200)", "200", 20000, "最小(建筑面积*单价, 200)"},
		{"max(1, 3, 2)", "3", 300, "最大(1, 3, 2)"},
		{"向上取整(面积)*2", "238", 23800, "向上取整(建筑面积)*2"},
		{"向上取整(面积, 1)", "118.5", 11850, "向上取整(建筑面积, 1)"},
		{"向下取整(面积, 1)", "118.4", 11840, "向下取整(建筑面积, 1)"},
		{"floor(area)", "118", 11800, "向下取整(建筑面积)"},
		{"ceil(-1.5)+10", "9", 900, "向上取整(-1.5)+10"},
		{"floor(-1.5)+10", "8", 800, "向下取整(-1.5)+10"},
		{"四舍五入(2.5)+四舍五入(-2.5)", "0", 0, "四舍五入(2.5)+四舍五入(-2.5)"},
		{"round(10/3, 2)*3", "9.99", 999, "四舍五入(10/3, 2)*3"},
		{"面积*单价*0.123456", "34.356199872", 3436, "建筑面积*单价*0.123456"},
	}
	for _, tt := range tests {
		t.Run(tt.src, func(t *testing.T) {
			f := parse(t, tt.src)
			amount, err := f.Eval(room(), money.HalfUp, money.OneFen)
			if err != nil || amount != tt.amount {
				t.Errorf("amount %d, %v; want %d", amount, err, tt.amount)
			}
			if value, err := f.EvalValue(room()); err != nil || value != tt.value {
				t.Errorf("value %s, %v; want %s", value, err, tt.value)
			}
			if f.String() != tt.canonical {
				t.Errorf("canonical %s, want %s", f, tt.canonical)
			}
			if again := parse(t, f.String()); again.String() != tt.canonical {
				t.Errorf("canonical text came back as %s", again)
			}
		})
	}
}

func TestEvalRoundsOnce(t *testing.T) {
	f := parse(t, "50.07*2.785") // 139.44495
	tests := []struct {
		mode money.Rounding
		unit money.Fen
		want money.Fen
	}{
		{money.HalfUp, money.OneFen, 13944},
		{money.Up, money.OneFen, 13945},
		{money.Down, money.OneFen, 13944},
		{money.HalfUp, money.OneJiao, 13940},
		{money.Up, money.OneJiao, 13950},
		{money.HalfUp, money.OneYuan, 13900},
		{money.Up, money.OneYuan, 14000},
	}
	for _, tt := range tests {
		if got, err := f.Eval(room(), tt.mode, tt.unit); got != tt.want || err != nil {
			t.Errorf("%v to %d = %d, %v; want %d", tt.mode, tt.unit, got, err, tt.want)
		}
	}
	half := parse(t, "83.53*2.50") // 208.825
	if got, _ := half.Eval(room(), money.HalfEven, money.OneFen); got != 20882 {
		t.Errorf("half even = %d", got)
	}
}

func TestEvalRefuses(t *testing.T) {
	basement := room()
	basement.Floor = -2
	unknown := &formula.Vars{Known: formula.Area, Area: 10000}
	tests := []struct {
		name string
		src  string
		v    *formula.Vars
		want error
	}{
		{"literal zero", "1/0", room(), formula.ErrDivideByZero},
		{"zero by chance", "100/(楼层-16)", room(), formula.ErrDivideByZero},
		{"negative", "(楼层-5)*5+10", basement, formula.ErrNegative},
		{"product too large", strings.Repeat("999999999999*", 9) + "1", room(), formula.ErrOverflow},
		{"amount too large", "999999999999*999999999999", room(), formula.ErrOverflow},
		{"unknown floor", "(楼层-5)*5+10", unknown, &formula.MissingError{Attr: formula.Floor}},
		{"unknown price", "面积*单价", unknown, &formula.MissingError{Attr: formula.Price}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse(t, tt.src).Eval(tt.v, money.HalfUp, money.OneFen)
			var missing *formula.MissingError
			if errors.As(err, &missing) {
				if missing.Error() != tt.want.Error() {
					t.Errorf("%v, want %v", err, tt.want)
				}
				return
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	if got, err := parse(t, "(楼层-5)*5+10", formula.AllowNegative).Eval(basement, money.HalfUp, 1); got != -2500 || err != nil {
		t.Errorf("allowed negative = %d, %v", got, err)
	}
	if _, err := parse(t, "1").Eval(room(), money.HalfUp, 0); !errors.Is(err, money.ErrUnit) {
		t.Errorf("unit 0: %v", err)
	}
	if _, err := parse(t, "1").Eval(room(), money.Down+1, 1); !errors.Is(err, money.ErrRounding) {
		t.Errorf("unknown mode: %v", err)
	}
}

func TestUnknownAttributeOfTheOtherBranch(t *testing.T) {
	f := parse(t, "如果(面积>50, 100, 楼层)")
	v := &formula.Vars{Known: formula.Area, Area: 10000}
	if got, err := f.Eval(v, money.HalfUp, 1); got != 10000 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	if !slices.Equal(f.Uses(), []string{"建筑面积", "楼层"}) || f.Needs() != formula.Area|formula.Floor {
		t.Errorf("uses %v", f.Uses())
	}
}

func TestMonthsIsOneUntilSaid(t *testing.T) {
	f := parse(t, "月数*10")
	v := &formula.Vars{}
	if got, err := f.Eval(v, money.HalfUp, 1); got != 1000 || err != nil {
		t.Errorf("unknown months: %d, %v", got, err)
	}
	v.Known, v.Months = formula.Months, 3
	if got, err := f.Eval(v, money.HalfUp, 1); got != 3000 || err != nil {
		t.Errorf("three months: %d, %v", got, err)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		src  string
		pos  int
		text string
	}{
		{"", 1, "公式是空的"},
		{"  ", 1, "公式是空的"},
		{"面积*楼曾", 4, "不认识的名称「楼曾」，可用：建筑面积、套内面积、楼层"},
		{"面积x单价", 1, "乘号请写 * 或 ×"},
		{"面积*", 4, "公式没有写完"},
		{"(面积", 4, "缺少右括号"},
		{"面积)", 3, "多了一个右括号"},
		{"面积 单价", 4, "「单价」前面缺少运算符"},
		{"2面积", 2, "「面积」前面缺少运算符"},
		{"面积(2)", 3, "「面积」后面缺少运算符"},
		{"*2", 1, "「*」前面缺少一个数或名称"},
		{"1,2", 2, "这里不能有逗号"},
		{"1.2.3", 1, "不是一个数"},
		{"5.", 1, "不是一个数"},
		{".5", 1, "不是一个数"},
		{"0.1234567", 1, "小数最多 6 位"},
		{"1234567890123", 1, "整数部分最多 12 位"},
		{"面积$2", 3, "不认识的字符「$」"},
		{"面积!2", 3, "不认识的字符「!」"},
		{"面积>5", 3, "比较只能写在「如果」的条件里"},
		{"(面积>5)*2", 7, "比较的结果不能参加计算"},
		{"-(面积>5)", 1, "比较的结果不能参加计算"},
		{"如果(1<2<3,1,2)", 5, "比较不能连写"},
		{"如果(面积,1,2)", 4, "第一个参数要写比较"},
		{"如果(面积>5,1)", 1, "参数个数不对"},
		{"如果(面积>5,1,2,3)", 1, "参数个数不对"},
		{"如果", 1, "后面要写括号"},
		{"最小(1)", 1, "参数个数不对"},
		{"最小()", 1, "参数个数不对"},
		{"最小(1,)", 1, "参数个数不对"},
		{"四舍五入(1.5, 7)", 11, "小数位数要写 0 到 6 的整数"},
		{"四舍五入(1.5, 0.5)", 11, "小数位数要写 0 到 6 的整数"},
		{"四舍五入(1.5, 楼层)", 11, "小数位数要写 0 到 6 的整数"},
		{"四舍五入(1.5", 9, "缺少右括号"},
		{strings.Repeat("(", 65) + "1", 65, "括号套得太深"},
		{strings.Repeat("-", 65) + "1", 65, "括号套得太深"},
		{strings.Repeat("最小(1,", 65), 323, "括号套得太深"},
		{"1" + strings.Repeat("+1", 250), 501, "公式最长 500 个字符"},
		{"面积\xff", 3, "不认识的字符"},
	}
	for _, tt := range tests {
		t.Run(tt.src, func(t *testing.T) {
			f, err := formula.Parse(tt.src)
			var syntax *formula.SyntaxError
			if f != nil || !errors.As(err, &syntax) {
				t.Fatalf("%v, %v", f, err)
			}
			if syntax.Pos != tt.pos || !strings.Contains(syntax.Text, tt.text) {
				t.Errorf("%v; want position %d, %s", err, tt.pos, tt.text)
			}
		})
	}
}

func TestLimitsAreReached(t *testing.T) {
	nested := strings.Repeat("(", 64) + "1" + strings.Repeat(")", 64)
	if got, err := parse(t, nested).Eval(room(), money.HalfUp, 1); got != 100 || err != nil {
		t.Errorf("64 brackets: %d, %v", got, err)
	}
	long := "11" + strings.Repeat("+1", 249)
	if got, err := parse(t, long).Eval(room(), money.HalfUp, 1); got != 26000 || err != nil {
		t.Errorf("500 characters: %d, %v", got, err)
	}
}

func TestExplain(t *testing.T) {
	basement := room()
	basement.Floor = -2
	unknown := &formula.Vars{Known: formula.Area, Area: 10000}
	tests := []struct {
		src  string
		v    *formula.Vars
		mode money.Rounding
		unit money.Fen
		want string
	}{
		{"面积*单价", room(), money.HalfUp, 1, "118.42 ㎡ × 2.35 元/㎡·月 = 278.287，四舍五入 278.29"},
		{"面积*单价", room(), money.Down, money.OneYuan, "118.42 ㎡ × 2.35 元/㎡·月 = 278.287，向下舍去 278.00"},
		{"面积*单价*0.8", room(), money.HalfUp, 1, "118.42 ㎡ × 2.35 元/㎡·月 × 0.8 = 222.6296，四舍五入 222.63"},
		{"数量*单价", room(), money.HalfUp, 1, "12.5 × 2.35 元 = 29.375，四舍五入 29.38"},
		{"(楼层-5)*5+10", room(), money.HalfUp, 1, "(16 层 - 5) × 5 + 10 = 65"},
		{"10-楼层", basement, money.HalfUp, 1, "10 - (-2 层) = 12"},
		{"如果(楼层>5, 10, 20)", room(), money.HalfUp, 1, "10 元（楼层 16 大于 5）"},
		{"如果(楼层>2, (楼层-2)*1.5+6, 0.00+6)", room(), money.HalfUp, 1, "(16 层 - 2) × 1.5 + 6（楼层 16 大于 2） = 27"},
		{"如果(楼层>2, (楼层-2)*1.5+6, 0.00+6)", basement, money.HalfUp, 1, "0 + 6（楼层 -2 不大于 2） = 6"},
		{"如果(1>2, 5, 单价)", room(), money.HalfUp, 1, "2.35 元"},
		{"如果(楼层>=20, 1, 如果(人数<=2, 2, 3))*面积", room(), money.HalfUp, 1, "3 × 118.42 ㎡（楼层 16 小于 20，人数 3 大于 2） = 355.26"},
		{"如果(楼层>总层数/2, 3, 1+1)*2", room(), money.HalfUp, 1, "(1 + 1) × 2（楼层 16 不大于 总层数 33 ÷ 2） = 4"},
		{"建筑面积*2.8+最大(0,楼层-12)*15", room(), money.HalfUp, 1, "118.42 ㎡ × 2.8 + （0 与 16 层 - 12 中较大的） × 15 = 391.576，四舍五入 391.58"},
		{"最小(面积*单价, 200, 300)/3", room(), money.HalfUp, 1, "（118.42 ㎡ × 2.35 元/㎡·月、200 与 300 中较小的） ÷ 3 = 66.66666666…，四舍五入 66.67"},
		{"向上取整(面积/3, 1)*2", room(), money.HalfUp, 1, "（118.42 ㎡ ÷ 3 向上取整到 1 位小数） × 2 = 79"},
		{"如果(数量>1, 2, 3)", unknown, money.HalfUp, 1, "如果(数量>1, 2, 3)，缺少数量"},
		{"100/人数", room(), money.HalfUp, 1, "100 ÷ 3 人 = 33.33333333…，四舍五入 33.33"},
		{"50", room(), money.HalfUp, 1, "50 元"},
		{"单价", room(), money.HalfUp, 1, "2.35 元"},
		{"面积*单价", unknown, money.HalfUp, 1, "100 ㎡ × 单价，缺少单价"},
		{"楼层*10", basement, money.HalfUp, 1, "-2 层 × 10，结果为负数"},
		{"1/(楼层-16)", room(), money.HalfUp, 1, "1 ÷ (16 层 - 16)，除数为零"},
	}
	for _, tt := range tests {
		if got := parse(t, tt.src).Explain(tt.v, tt.mode, tt.unit); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.src, got, tt.want)
		}
	}
}

func TestEvalDoesNotAllocate(t *testing.T) {
	v := room()
	for _, src := range []string{"面积*单价", "(楼层-5)*5+10", "最小(面积*单价, 200)/3", "如果(楼层>5, 四舍五入(面积,1)*单价, 10)"} {
		f := parse(t, src)
		if n := testing.AllocsPerRun(100, func() { _, _ = f.Eval(v, money.HalfUp, money.OneFen) }); n != 0 {
			t.Errorf("%s allocates %.0f times", src, n)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	for _, src := range []string{"面积*单价", "面积*单价*0.8", "(楼层-5)*5+10", "如果(楼层>5, 最小(面积*单价, 200), 面积/3)"} {
		b.Run(src, func(b *testing.B) {
			f, v := parse(b, src), room()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Eval(v, money.HalfUp, money.OneFen); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
