package formula

import "linli/internal/kit/money"

// Attr is a set of room attributes, one bit each.
type Attr uint16

// The attributes a formula may name.
const (
	Area      Attr = 1 << iota // 建筑面积
	InnerArea                  // 套内面积
	Floor                      // 楼层
	Floors                     // 总层数
	People                     // 人数
	Price                      // 单价
	Quantity                   // 数量
	Months                     // 月数

	attrEnd
)

// Vars holds the attributes of one room for one obligation. Known tells which
// are filled in; a formula that needs another one fails with MissingError.
// Months counts as 1 when it is not known, because an obligation is one month.
type Vars struct {
	Known     Attr
	Area      money.Area  // ㎡ ×10⁻²
	InnerArea money.Area  // ㎡ ×10⁻²
	Floor     int64       // below ground is negative
	Floors    int64       // storeys of the building
	People    int64       // registered residents
	Price     money.Price // yuan ×10⁻⁶ per unit and month
	Quantity  money.Qty   // ×10⁻⁴
	Months    int64
}

// Has reports whether every attribute of a is known.
func (v *Vars) Has(a Attr) bool { return v.Known&a == a }

// String returns the Chinese name of a single attribute.
func (a Attr) String() string {
	switch a {
	case Area:
		return "建筑面积"
	case InnerArea:
		return "套内面积"
	case Floor:
		return "楼层"
	case Floors:
		return "总层数"
	case People:
		return "人数"
	case Price:
		return "单价"
	case Quantity:
		return "数量"
	case Months:
		return "月数"
	}
	return "未知项"
}

// attrNamed finds an attribute by its Chinese or (lower-case) English name.
func attrNamed(name string) (Attr, bool) {
	switch name {
	case "建筑面积", "面积", "area":
		return Area, true
	case "套内面积", "inner_area":
		return InnerArea, true
	case "楼层", "floor":
		return Floor, true
	case "总层数", "floors":
		return Floors, true
	case "人数", "people":
		return People, true
	case "单价", "price":
		return Price, true
	case "数量", "quantity":
		return Quantity, true
	case "月数", "months":
		return Months, true
	}
	return 0, false
}

// value reads one attribute; ok is false when it is not known.
func (v *Vars) value(a Attr) (n number, ok bool) {
	if v.Known&a == 0 {
		return fraction(1, 1), a == Months
	}
	switch a {
	case Area:
		return fraction(int64(v.Area), 100), true
	case InnerArea:
		return fraction(int64(v.InnerArea), 100), true
	case Floor:
		return fraction(v.Floor, 1), true
	case Floors:
		return fraction(v.Floors, 1), true
	case People:
		return fraction(v.People, 1), true
	case Price:
		return fraction(int64(v.Price), 1_000_000), true
	case Quantity:
		return fraction(int64(v.Quantity), 10_000), true
	case Months:
		return fraction(v.Months, 1), true
	}
	return number{}, false
}

// unit is what stands behind the value in an explained product.
func (a Attr) unit(perArea bool) string {
	switch a {
	case Area, InnerArea:
		return " ㎡"
	case Price:
		if perArea {
			return " 元/㎡·月"
		}
		return " 元"
	case Floor, Floors:
		return " 层"
	case People:
		return " 人"
	case Months:
		return " 个月"
	}
	return ""
}
