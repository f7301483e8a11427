package sim

import (
	"slices"
	"strings"
)

// wrong is what a tax authority would not issue; the lock is held.
func (s *Sim) wrong(in *Request) (code, message string) {
	var net, tax, gross int64
	for _, l := range in.Lines {
		if !l.right() {
			return "line_wrong", "明细 " + l.Name + " 的编码、税率或税额不对"
		}
		net, tax, gross = net+l.Net, tax+l.Tax, gross+l.Gross
	}
	red := in.Kind == "red"
	switch {
	case len(in.Lines) == 0 || net != in.Net || tax != in.Tax || gross != in.Gross:
		return "sum_wrong", "合计与明细不一致"
	case !numbered(in.Seller.TaxNo) || in.Seller.Name == "":
		return "seller_wrong", "销方名称或税号不对"
	case in.Buyer.Name == "" || in.Company && !numbered(in.Buyer.TaxNo):
		return "buyer_wrong", "购方名称或税号不对"
	case in.Type == "special" && !in.Company:
		return "type_wrong", "个人不能开专用发票"
	case in.Lease != nil && (in.Lease.Place == "" || in.Lease.Address == ""):
		return "lease_wrong", "不动产经营租赁要有地址和车牌号或坐落"
	case in.Drawer == "":
		return "drawer_missing", "没有开票人"
	case red != (gross < 0) || gross == 0:
		return "sign_wrong", "蓝字发票应为正数，红字发票应为负数"
	case red:
		return s.wrongRed(in)
	}
	return "", ""
}

func (s *Sim) wrongRed(in *Request) (code, message string) {
	of := s.numbered(in.RedOf)
	switch {
	case of == nil || of.Request.Kind != "blue":
		return "red_unknown", "没有所冲的蓝字发票"
	case of.RedBy != "":
		return "red_done", "这张发票已红冲"
	case of.Request.Gross != -in.Gross || of.Request.Tax != -in.Tax:
		return "red_differs", "红字发票的金额与所冲的不一致"
	case in.Reason == "":
		return "red_reason", "没有红冲原因"
	}
	return "", ""
}

// right checks a line: its tax is rounded half up, once.
func (l *Line) right() bool {
	rates := []int64{0, 600, 900, 1300}
	if l.Simple {
		rates = []int64{100, 300, 500}
	}
	gross, sign := l.Gross, int64(1)
	if gross < 0 {
		gross, sign = -gross, -1
	}
	whole := 10000 + l.Rate
	tax := (gross*l.Rate*2 + whole) / (2 * whole) * sign
	return l.Name != "" && l.Short != "" && len(l.Code) == 19 && strings.Trim(l.Code, "0123456789") == "" && slices.Contains(rates, l.Rate) &&
		l.Tax == tax && l.Net+l.Tax == l.Gross && l.Gross != 0
}

// numbered tells whether a tax number looks like one.
func numbered(text string) bool {
	return len(text) == 18 && strings.Trim(text, "0123456789ABCDEFGHJKLMNPQRTUWXY") == ""
}
