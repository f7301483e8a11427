package demo

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"linli/internal/kit/clock"
)

// register is a company's list as it would come from Excel, saved as CSV.
type register struct {
	v    *invented
	rows [][]string
	last owner
}

// owner is somebody who may own several homes.
type owner struct{ name, gender, phone, idNumber string }

// owner draws a new one, or now and then the one before.
func (r *register) owner() owner {
	if r.last.name == "" || r.v.r.IntN(16) != 0 {
		name, gender := r.v.person()
		r.last = owner{name, gender, r.v.phone(), r.v.idNumber(gender)}
	}
	return r.last
}

func newRegister(v *invented) *register {
	return &register{v: v, rows: [][]string{{"楼栋", "单元", "房号", "楼层", "总层数", "房屋类型", "户型", "建筑面积", "套内面积", "房屋状态", "交付日期", "姓名", "身份", "性别", "手机号", "身份证号", "入住日期", "缴费人"}}}
}

// room is one room before people are written beside it.
type room struct {
	building, unit, name string
	floor, floors        int
	kind, layout         string
	area                 int // ㎡ ×10⁻²
	state                string
	handover             clock.Date
}

func hundredths(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

func (r *register) line(x room, name, part, gender, phone, idNumber string, since clock.Date, payer string) {
	r.rows = append(r.rows, []string{x.building, x.unit, x.name, strconv.Itoa(x.floor), strconv.Itoa(x.floors), x.kind, x.layout, hundredths(x.area),
		hundredths(x.area * 81 / 100), x.state, x.handover.String(), name, part, gender, phone, idNumber, since.String(), payer})
}

func (r *register) bytes() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(r.rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// community writes 翠湖花园: 10 buildings of 2 units, 15 floors, 4 homes a
// floor, most lived in by their owners, some let, some empty.
func (r *register) community(handover clock.Date) {
	areas := []int{8916, 11842, 13208, 9640}
	layouts := []string{"两室两厅", "三室两厅", "四室两厅", "两室一厅"}
	for b := 1; b <= 10; b++ {
		for u := 1; u <= 2; u++ {
			for f := 1; f <= 15; f++ {
				for n := 1; n <= 4; n++ {
					x := room{building: fmt.Sprintf("%d栋", b), unit: fmt.Sprintf("%d单元", u), name: fmt.Sprintf("%d%02d", f, n), floor: f, floors: 15,
						kind: "住宅", layout: layouts[n-1], area: areas[n-1] + (b%3)*37, handover: handover}
					r.home(x)
				}
			}
		}
	}
}

func (r *register) home(x room) {
	v := r.v
	o := r.owner()
	since := x.handover.AddDays(v.r.IntN(700))
	switch n := v.r.IntN(100); {
	case n < 6:
		x.state = "空置"
		r.line(x, o.name, "业主", o.gender, o.phone, o.idNumber, 0, "")
	case n < 20:
		x.state = "出租"
		r.line(x, o.name, "业主", o.gender, o.phone, o.idNumber, 0, "")
		tenant, tg := v.person()
		r.line(x, tenant, "租户", tg, v.phone(), v.idNumber(tg), since, "")
	default:
		x.state = "自住"
		r.line(x, o.name, "业主", o.gender, o.phone, o.idNumber, since, "")
		if v.r.IntN(2) == 0 {
			family, fg := v.person()
			r.line(x, family, "家属", fg, v.phone(), v.idNumber(fg), since, "")
		}
	}
}

// apartments writes 青禾公寓: one house of 15 floors with 20 rooms each, all
// owned by one company and paid by the tenants.
func (r *register) apartments(handover clock.Date) {
	for f := 1; f <= 15; f++ {
		for n := 1; n <= 20; n++ {
			x := room{building: "1栋", name: fmt.Sprintf("%d%02d", f, n), floor: f, floors: 15, kind: "公寓", layout: "开间", area: 2860 + n%5*310, handover: handover}
			if r.v.r.IntN(100) < 9 {
				x.state = "空置"
				r.line(x, "青禾公寓管理有限公司", "业主", "", "", "", 0, "")
				continue
			}
			x.state = "出租"
			r.line(x, "青禾公寓管理有限公司", "业主", "", "", "", 0, "")
			name, gender := r.v.person()
			r.line(x, name, "租户", gender, r.v.phone(), r.v.idNumber(gender), handover.AddDays(r.v.r.IntN(600)), "是")
		}
	}
}

// tower writes 江南国际中心: 24 floors, up to six suites a floor, let to
// companies.
func (r *register) tower(handover clock.Date) {
	for f := 1; f <= 24; f++ {
		suites := 6
		if f%4 == 0 {
			suites = 3
		}
		for n := 1; n <= suites; n++ {
			x := room{building: "A座", name: fmt.Sprintf("%d%02d", f, n), floor: f, floors: 24, kind: "办公", layout: "", area: 16800 + n*1930, handover: handover, state: "自住"}
			if f == 1 {
				x.kind = "商铺"
			}
			r.line(x, r.v.company(), "业主", "", r.v.phone(), "", handover.AddDays(r.v.r.IntN(900)), "")
		}
	}
}
