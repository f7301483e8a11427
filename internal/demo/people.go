package demo

import (
	"fmt"
	"math/rand/v2"
)

// invented makes people who do not exist, the same ones for the same seed.
type invented struct {
	r    *rand.Rand
	seen map[string]bool
}

func newInvented(seed uint64) *invented {
	return &invented{r: rand.New(rand.NewPCG(seed, 20261121)), seen: map[string]bool{}}
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func surnames() []string {
	return []string{"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高", "罗",
		"郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭", "萧", "蔡", "潘", "田", "董", "袁", "于", "余",
		"单", "仇", "解", "查", "任", "欧阳", "司马", "上官", "诸葛", "尉迟"}
}

func givenNames() []string {
	return []string{"建国", "秀兰", "志强", "桂英", "文博", "丽萍", "晓燕", "静怡", "宏伟", "雨桐", "子轩", "梓涵", "海涛", "淑珍", "永康",
		"佳怡", "明辉", "晓峰", "敏", "磊", "婷", "伟", "芳", "娜", "洋", "勇", "艳", "杰", "丽", "超",
		"浩然", "思远", "若曦", "一鸣", "嘉宁", "玉梅", "国庆", "春花", "德明", "凤英", "立新", "雪梅", "俊杰", "诗涵", "天佑", "慧敏"}
}

// person makes a name of two or three characters.
func (v *invented) person() (name, gender string) {
	gender = pick(v.r, []string{"男", "女"})
	return pick(v.r, surnames()) + pick(v.r, givenNames()), gender
}

func (v *invented) company() string {
	place := pick(v.r, []string{"杭州", "浙江", "西湖", "钱塘", "江南"})
	word := pick(v.r, []string{"云帆", "启明", "恒信", "致远", "博雅", "鼎盛", "星河", "汇丰源", "天一", "蓝海", "立德", "元和", "清源", "聚力", "万象"})
	trade := pick(v.r, []string{"科技", "贸易", "咨询", "文化传媒", "建筑设计", "信息技术", "进出口", "广告", "会计师事务所", "律师事务所", "医疗器械"})
	return place + word + trade + "有限公司"
}

// phone makes a mobile number of the ranges in use, never the same twice.
func (v *invented) phone() string {
	for {
		p := pick(v.r, []string{"138", "139", "137", "136", "150", "158", "159", "186", "187", "188"}) + fmt.Sprintf("%08d", v.r.IntN(1e8))
		if !v.seen[p] {
			v.seen[p] = true
			return p
		}
	}
}

// idNumber makes an 18-digit number with a right check digit (GB 11643-1999)
// and an area code that was never given out, so it is nobody's.
func (v *invented) idNumber(gender string) string {
	for {
		seq := v.r.IntN(500) * 2
		if gender == "男" {
			seq++
		}
		body := fmt.Sprintf("330199%04d%02d%02d%03d", 1945+v.r.IntN(58), 1+v.r.IntN(12), 1+v.r.IntN(28), seq)
		n := body + string(checkDigit(body))
		if !v.seen[n] {
			v.seen[n] = true
			return n
		}
	}
}

func checkDigit(body string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(body[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}
