package app

import (
	"slices"
	"strings"

	"linli/internal/adjust"
	"linli/internal/analytics"
	"linli/internal/audit"
	"linli/internal/bank"
	"linli/internal/billing"
	"linli/internal/careplan"
	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/expense"
	"linli/internal/file"
	"linli/internal/identity"
	"linli/internal/invoice"
	"linli/internal/kit/actor"
	"linli/internal/latefee"
	"linli/internal/meter"
	"linli/internal/notify"
	"linli/internal/paycode"
	"linli/internal/payment"
	"linli/internal/privacy"
	"linli/internal/reconcile"
	"linli/internal/roster"
	"linli/internal/tariff"
)

// rights are all permissions of the product in words, group by group: what
// roles of own making are composed from, and what a refusal names. A test
// holds the list against the operations.
func rights() []identity.Right {
	list := append(workRights(), manageRights()...)
	for i := range list {
		list[i].Needs = needs(list, list[i])
	}
	return list
}

// needs are the rights without which the pages of a right stay shut: to see
// the area that it works in, and to find the household it is done for.
func needs(all []identity.Right, r identity.Right) []actor.Permission {
	out := []actor.Permission{}
	area, _, _ := strings.Cut(string(r.Permission), ".")
	look := actor.Permission(area + ".read")
	if r.Permission != look && !r.Everywhere && slices.ContainsFunc(all, func(x identity.Right) bool { return x.Permission == look }) {
		out = append(out, look)
	}
	switch r.Permission {
	case cashier.PermReceive, bank.Perm, adjust.PermCharge:
		out = append(out, estate.PermRead, billing.PermRead)
	case invoice.PermAsk:
		out = append(out, estate.PermRead, cashier.PermRead)
	case cashier.PermRed, deposit.PermChange, latefee.PermWaiverAsk, dunning.PermWrite, paycode.PermManage, meter.PermManage, tariff.PermItem, careplan.PermSetting, privacy.PermErase:
		out = append(out, estate.PermRead)
	}
	return out
}

// workRights are those of the work in the projects.
func workRights() []identity.Right {
	const house, fee, desk, books = "房屋与住户", "费用与出账", "收银", "账务"
	return []identity.Right{
		{Permission: estate.PermRead, Name: "看房屋与住户", Group: house, Allows: "看楼栋、房屋、房态图、住户和车辆，手机号与证件号打码"},
		{Permission: estate.PermWrite, Name: "改房屋与住户", Group: house, Allows: "新建和修改楼栋、房屋、住户，登记入住与搬走"},
		{Permission: roster.PermImport, Name: "导入名册", Group: house, Allows: "用表格批量新建和更新房屋与住户"},
		{Permission: estate.PermReveal, Name: "看完整手机号", Group: house, Allows: "填写原因后看完整的手机号和证件号，每次记入日志"},
		{Permission: estate.PermAsk, Name: "登记更正申请", Group: house, Allows: "登记住户提出的资料更正，等有权的人处理"},
		{Permission: estate.PermCorrect, Name: "处理更正申请", Group: house, Allows: "批准后资料随之更正，或写明依据退回"},
		{Permission: privacy.PermErase, Name: "注销个人信息", Group: house, Allows: "搬走、结清的人要求时，删去他的姓名、号码和往来，不能撤销"},
		{Permission: careplan.PermRead, Name: "看关怀走访", Group: house, Allows: "看关怀计划、该走访的住户和走访记录，其中有残疾、独居等敏感情况"},
		{Permission: careplan.PermVisit, Name: "登记走访", Group: house, Allows: "登记走访的结果，当天撤回自己登记错的"},
		{Permission: careplan.PermSetting, Name: "设关怀计划", Group: house, Allows: "新建、修改和结束关怀计划：哪个标签的住户每几天走访一次"},
		{Permission: billing.PermRead, Name: "看费用", Group: fee, Allows: "看费用项目、出账和每户的费用明细"},
		{Permission: tariff.PermItem, Name: "设费用项目和价格", Group: fee, Allows: "新建费用项目，定价格和收费范围"},
		{Permission: billing.PermRun, Name: "出账", Group: fee, Allows: "生成每月账单，核对、更正、暂缓和剔除"},
		{Permission: billing.PermRelease, Name: "发布和撤回账单", Group: fee, Allows: "把核对好的账单发布给住户，没人缴费前可以撤回；红冲单笔费用；资料更正后补差"},
		{Permission: adjust.PermCharge, Name: "单笔收费", Group: fee, Allows: "给一间房收一笔一次性的费用，如门禁卡、垃圾清运，立即成为应收"},
		{Permission: tariff.PermDiscount, Name: "批优惠减免", Group: fee, Allows: "批准或退回别人提出的优惠减免"},
		{Permission: meter.PermRead, Name: "看抄表", Group: fee, Allows: "看表计和历次读数"},
		{Permission: meter.PermRecord, Name: "抄表", Group: fee, Allows: "录入读数，改没出账的读数"},
		{Permission: meter.PermConfirm, Name: "复核用量", Group: fee, Allows: "复核明显偏大的用量，复核后才能出账"},
		{Permission: meter.PermManage, Name: "管表计", Group: fee, Allows: "装表、换表、拆表，定用量偏大的标准"},
		{Permission: latefee.PermWaiverAsk, Name: "申请减免", Group: fee, Allows: "申请减免违约金或费用，由别人批准"},
		{Permission: latefee.PermWaiver, Name: "批减免", Group: fee, Allows: "批准或退回别人申请的减免"},
		{Permission: dunning.PermRead, Name: "看催缴", Group: fee, Allows: "看欠费的房屋、催缴单和催缴经过"},
		{Permission: dunning.PermWrite, Name: "催缴", Group: fee, Allows: "出催缴单、打印、登记送达和电话结果"},
		{Permission: dunning.PermSetting, Name: "催缴设置", Group: fee, Allows: "改催缴单上的期限、联系人和说明"},
		{Permission: notify.PermRead, Name: "看消息", Group: fee, Allows: "看发给住户的账单、提醒和送达情况"},
		{Permission: notify.PermWrite, Name: "重发消息", Group: fee, Allows: "重发消息，登记住户只收账单的要求"},
		{Permission: notify.PermSetting, Name: "消息设置", Group: fee, Allows: "设置邮箱、短信账户，发送时间和消息模板"},
		{Permission: cashier.PermRead, Name: "看收据", Group: desk, Allows: "看收据和当天收款，补打收据"},
		{Permission: cashier.PermReceive, Name: "收款", Group: desk, Allows: "在收银台收款、开收据"},
		{Permission: cashier.PermVoid, Name: "作废收据", Group: desk, Allows: "作废还没交班的收据并退款"},
		{Permission: paycode.PermManage, Name: "缴费二维码", Group: desk, Allows: "生成、打印、换新和停用每户的缴费二维码"},
		{Permission: cashier.PermRed, Name: "红冲与退款", Group: desk, Allows: "申请红冲、部分退款、退预存和退押金，批准后付出"},
		{Permission: cashier.PermApprove, Name: "批红冲与退款", Group: desk, Allows: "批准或退回别人提出的红冲与退款"},
		{Permission: deposit.PermChange, Name: "处理押金", Group: desk, Allows: "从押金扣款转收入、没收、转到别的房屋或人名下"},
		{Permission: cashier.PermSetting, Name: "收银设置", Group: desk, Allows: "定分配次序、预缴上限和付款人能不能自己选"},
		{Permission: cashier.PermReport, Name: "收款统计", Group: desk, Allows: "看全部收费员的收款统计和交班，代人交班"},
		{Permission: bank.Perm, Name: "银行流水", Group: desk, Allows: "导入银行流水，确认是哪户交的并开收据，登记待查"},
		{Permission: payment.PermRead, Name: "看待退款和对账", Group: desk, Allows: "看线上多收、重复收、金额不符的钱，看每天和渠道对账的结果"},
		{Permission: payment.PermHandle, Name: "处理待退款", Group: desk, Allows: "写明线上多收的钱怎么处理了"},
		{Permission: reconcile.PermReconcile, Name: "对账", Group: desk, Allows: "取渠道账单，处理对账差异：补记到账、登记待查、确认退回"},
		{Permission: payment.PermMerchant, Name: "线上收款商户", Group: desk, Allows: "设置微信支付和支付宝的商户号和密钥，指定哪个商户收哪些费用"},
		{Permission: invoice.PermRead, Name: "看发票", Group: books, Allows: "看发票和开票申请，打开和打印版式文件"},
		{Permission: invoice.PermAsk, Name: "申请开票", Group: books, Allows: "按收据申请开票，记住和修改抬头，撤销自己的申请"},
		{Permission: invoice.PermIssue, Name: "开票和红冲", Group: books, Allows: "把申请开成数电发票，红冲已开的发票"},
		{Permission: invoice.PermSetting, Name: "开票设置", Group: books, Allows: "设销方资料、开票平台，定各费用项目的税率和编码"},
		{Permission: expense.PermRead, Name: "看支出", Group: books, Allows: "看支出单、公共收益的收支和附件"},
		{Permission: expense.PermWrite, Name: "录支出", Group: books, Allows: "录入支出和公共收益，上传附件，由别人批准后记账"},
		{Permission: expense.PermApprove, Name: "批支出", Group: books, Allows: "批准或退回别人录的支出，红冲已记账的，管类别"},
		{Permission: analytics.PermRead, Name: "看报表", Group: books, Allows: "看收入、支出、利润、收缴率、账龄和各月账，导出报表和凭证"},
		{Permission: analytics.PermClose, Name: "月结", Group: books, Allows: "月末过后锁定这个月的数字"},
		{Permission: analytics.PermScheme, Name: "设置计费方式", Group: books, Allows: "设置项目按包干制还是酬金制，酬金多少；凭证怎么价税分离"},
		{Permission: analytics.PermReopen, Name: "反结账", Group: books, Allows: "写明原因后重新打开最近一个已月结的月份"},
	}
}

// manageRights are those of who runs the company and the installation.
func manageRights() []identity.Right {
	const manage = "管理"
	return []identity.Right{
		{Permission: audit.PermRead, Name: "看操作日志", Group: manage, Allows: "查谁在什么时候改了什么"},
		{Permission: audit.PermExport, Name: "导出公司操作日志", Group: manage, Allows: "把全公司的操作日志导出为表格，每次记入日志", Everywhere: true},
		{Permission: file.PermExport, Name: "导出列表", Group: manage, Allows: "把看得到的列表导出为表格，号码打码"},
		{Permission: file.PermWhole, Name: "导出整个项目", Group: manage, Allows: "把一个项目的全部数据打包导出"},
		{Permission: estate.PermProject, Name: "新建项目", Group: manage, Allows: "新建项目，也可以照现有项目复制", Everywhere: true},
		{Permission: identity.PermManage, Name: "管理账号", Group: manage, Allows: "员工账号、角色、登录安全和公告", Everywhere: true},
		{Permission: PermCare, Name: "系统维护", Group: manage, Allows: "备份、恢复演练，处理停下来的后台任务", Everywhere: true},
	}
}
