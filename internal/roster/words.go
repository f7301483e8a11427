package roster

import (
	"fmt"
	"linli/internal/estate"
	"linli/internal/estate/naming"
	"slices"
	"strings"
)

// word finds what a cell means. Each meaning is followed by the words and
// MicroCommunity codes that stand for it.
func word(text, what, choices string, meanings [][]string) (string, error) {
	t := strings.ToUpper(naming.Tight(text))
	for _, m := range meanings {
		if slices.Contains(m[1:], t) {
			return m[0], nil
		}
	}
	return "", fmt.Errorf("%s应为%s", what, choices)
}

func readKind(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.room.Kind, err = word(text, "房屋类型", "住宅、公寓、商铺、办公、储藏间或其他", [][]string{
		{estate.RoomHome, "住宅", "110", "普通住宅", "别墅", "洋房", "商品房"},
		{estate.RoomFlat, "公寓", "119", "宿舍", "酒店式公寓"},
		{estate.RoomShop, "商铺", "店面", "底商", "商业", "门面"},
		{estate.RoomOffice, "办公", "120", "办公室", "写字楼"},
		{estate.RoomStorage, "储藏间", "128", "储物间", "储藏室", "地下室", "仓库", "杂物间"},
		{estate.RoomOther, "其他", "其它"},
	})
	return err
}

func readState(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.room.State, err = word(text, "房屋状态", "未售、未交付、空置、装修、自住或出租", [][]string{
		{estate.StateUnsold, "未售", "2002", "未销售", "待售"},
		{estate.StateUndelivered, "未交付", "未交房", "未收房"},
		{estate.StateVacant, "空置", "2003", "2004", "2005", "2008", "已交房", "已交付", "已收房", "未入住", "已装修", "空闲", "空房", "未装修"},
		{estate.StateRenovating, "装修", "2009", "装修中"},
		{estate.StateSelf, "自住", "2001", "2007", "已入住", "入住", "已售", "自用", "已出售"},
		{estate.StateRented, "出租", "2006", "已出租", "出租中", "租住"},
	})
	return err
}

func readPart(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.part, err = word(text, "身份", "业主、家属、租户或其他", [][]string{
		{estate.PartOwner, "业主", "1001", "产权人", "房主", "业主本人", "共有人"},
		{estate.PartFamily, "家属", "1002", "家庭成员", "家人", "成员"},
		{estate.PartTenant, "租户", "1003", "租客", "承租人", "租赁"},
		{estate.PartOther, "其他", "其它", "1004", "1005", "临时人员"},
	})
	return err
}

// readRole reads MicroCommunity's 人员角色: 1 owner, 2 tenant, 3 family, 4 staff
// of the company, 99 other.
func readRole(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.role, err = word(text, "人员角色", "业主、租户、家属或其他", [][]string{
		{estate.PartOwner, "1", "业主", "业主本人"},
		{estate.PartTenant, "2", "租客", "租户", "承租人"},
		{estate.PartFamily, "3", "家庭成员", "家属", "家人"},
		{estate.PartOther, "4", "99", "公司员工", "员工", "其他", "其它", "临时人员"},
	})
	return err
}

// readNature reads 人员类型, which says person or company in MicroCommunity and
// the part elsewhere.
func readNature(_ *rosterReader, r *rosterRow, text string) error {
	kind, err := word(text, "人员类型", "个人或公司", [][]string{{estate.KindPerson, "P", "个人", "自然人"}, {estate.KindCompany, "C", "公司", "单位", "企业"}})
	if err == nil {
		r.person.Kind = kind
		return nil
	}
	as := rosterRow{}
	if readPart(nil, &as, text) != nil {
		return err
	}
	if r.role == "" {
		r.role = as.part
	}
	return nil
}

// takeRole settles the part when a row says both who heads the household
// (业主类型 1001 户主, 1002 户员) and what each person is (人员角色). A head who
// is no owner is who pays.
func (r *rosterRow) takeRole() {
	if r.role == "" || r.role == estate.PartOwner && r.has(colPart) {
		return
	}
	if r.part == estate.PartOwner && r.has(colPart) && !r.has(colPayer) {
		r.payer = true
	}
	r.part = r.role
}

func readGender(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.person.Gender, err = word(text, "性别", "男或女", [][]string{{"male", "男", "0", "男性", "先生"}, {"female", "女", "1", "女性", "女士"}})
	return err
}

func readPayer(_ *rosterReader, r *rosterRow, text string) error {
	yes, err := word(text, "缴费人", "是或否", [][]string{{"yes", "是", "√", "Y", "YES", "1", "TRUE"}, {"no", "否", "N", "NO", "0", "FALSE", "×"}})
	r.payer = yes == "yes"
	return err
}

func readShare(_ *rosterReader, r *rosterRow, text string) (err error) {
	r.share, err = parseShare(text)
	return err
}
