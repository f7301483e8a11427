package identity

import "linli/internal/kit/web"

const tag = "identity"

// Routes registers the operations of accounts and sessions.
func (s *Service) Routes(w *web.Server) {
	web.Handle(w, web.Op{ID: "read-setup", Method: "GET", Path: "/setup", Summary: "是否还没有首次设置", Tag: tag, Public: true}, s.readSetup)
	web.Handle(w, web.Op{ID: "run-setup", Method: "POST", Path: "/setup", Summary: "首次设置：公司名称与第一位管理员，只能做一次", Tag: tag, Public: true, Status: 201, Secrets: true}, s.runSetup)

	web.Handle(w, web.Op{ID: "sign-in", Method: "POST", Path: "/session", Summary: "登录", Tag: tag, Public: true, Secrets: true}, s.signIn)
	web.Handle(w, web.Op{ID: "read-session", Method: "GET", Path: "/session", Summary: "我是谁，能做什么", Tag: tag, Quiet: true}, s.readSession)
	web.Handle(w, web.Op{ID: "sign-out", Method: "DELETE", Path: "/session", Summary: "退出登录", Tag: tag, Status: 204}, s.signOut)
	web.Handle(w, web.Op{ID: "change-password", Method: "POST", Path: "/session/password", Summary: "修改自己的密码，其他登录全部失效", Tag: tag, Secrets: true}, s.changePassword)

	web.Handle(w, web.Op{ID: "read-recovery", Method: "GET", Path: "/recovery", Summary: "忘记密码时能用哪些渠道收验证码", Tag: tag, Public: true}, s.readRecovery)
	web.Handle(w, web.Op{ID: "ask-recovery", Method: "POST", Path: "/recovery", Summary: "忘记密码：要一个验证码，账号存在与否答复一样", Tag: tag, Public: true, Status: 202, Secrets: true}, s.askRecovery)
	web.Handle(w, web.Op{ID: "confirm-recovery", Method: "POST", Path: "/recovery/confirm", Summary: "用验证码设置新密码，该账号的登录全部失效", Tag: tag, Public: true, Status: 204, Secrets: true}, s.confirmRecovery)
	web.Handle(w, web.Op{ID: "list-own-contacts", Method: "GET", Path: "/session/contacts", Summary: "自己登记的手机和邮箱", Tag: tag}, s.ownContacts)
	web.Handle(w, web.Op{ID: "ask-own-contact", Method: "POST", Path: "/session/contacts/{channel}", Summary: "登记自己的手机或邮箱：先发一个验证码去", Tag: tag, Status: 202, Secrets: true}, s.askContact)
	web.Handle(w, web.Op{ID: "confirm-own-contact", Method: "POST", Path: "/session/contacts/{channel}/confirm", Summary: "输入验证码，确认自己的手机或邮箱", Tag: tag, Secrets: true}, s.confirmContact)
	web.Handle(w, web.Op{ID: "remove-own-contact", Method: "POST", Path: "/session/contacts/{channel}/remove", Summary: "取消自己登记的手机或邮箱", Tag: tag, Secrets: true}, s.removeContact)

	web.Handle(w, web.Op{ID: "list-roles", Method: "GET", Path: "/roles", Summary: "现成的和自建的角色", Tag: tag, Permission: PermManage}, s.listRoles)
	web.Handle(w, web.Op{ID: "start-totp", Method: "POST", Path: "/session/totp", Summary: "用密码开始绑定动态验证码，给出二维码", Tag: tag, Secrets: true}, s.startTOTP)
	web.Handle(w, web.Op{ID: "confirm-totp", Method: "POST", Path: "/session/totp/confirm", Summary: "输入一次动态验证码完成绑定，给出恢复码", Tag: tag, Secrets: true}, s.confirmTOTP)
	web.Handle(w, web.Op{ID: "renew-recovery-codes", Method: "POST", Path: "/session/totp/recovery", Summary: "换一组新的恢复码，旧的作废", Tag: tag, Secrets: true}, s.renewRecovery)
	web.Handle(w, web.Op{ID: "remove-totp", Method: "POST", Path: "/session/totp/remove", Summary: "解除自己的动态验证码", Tag: tag, Status: 204, Secrets: true}, s.removeTOTP)
	web.Handle(w, web.Op{ID: "reset-totp", Method: "POST", Path: "/accounts/{account}/totp/reset", Summary: "重置别人的动态验证码，该账号的登录全部失效", Tag: tag, Permission: PermManage}, s.resetTOTP)
	web.Handle(w, web.Op{ID: "read-security", Method: "GET", Path: "/settings/security", Summary: "登录安全设置", Tag: tag, Permission: PermManage}, s.readPolicy)
	web.Handle(w, web.Op{ID: "set-security", Method: "PUT", Path: "/settings/security", Summary: "修改登录安全设置", Tag: tag, Permission: PermManage}, s.setPolicy)

	web.Handle(w, web.Op{ID: "list-notices", Method: "GET", Path: "/notices", Summary: "今天要看的公告", Tag: tag}, s.listNotices)
	web.Handle(w, web.Op{ID: "list-all-notices", Method: "GET", Path: "/settings/notices", Summary: "全部公告，最近 100 条", Tag: tag, Permission: PermManage}, s.listAllNotices)
	web.Handle(w, web.Op{ID: "publish-notice", Method: "POST", Path: "/settings/notices", Summary: "发布公告", Tag: tag, Permission: PermManage, Status: 201}, s.putNotice)
	web.Handle(w, web.Op{ID: "end-notice", Method: "POST", Path: "/settings/notices/{notice}/end", Summary: "撤下公告", Tag: tag, Permission: PermManage, Status: 204}, s.endNotice)

	web.Handle(w, web.Op{ID: "list-rights", Method: "GET", Path: "/rights", Summary: "全部权限与它们的意思", Tag: tag, Permission: PermManage}, s.listRights)
	web.Handle(w, web.Op{ID: "create-role", Method: "POST", Path: "/roles", Summary: "自建角色", Tag: tag, Permission: PermManage, Status: 201}, s.createRole)
	web.Handle(w, web.Op{ID: "edit-role", Method: "PATCH", Path: "/roles/{role}", Summary: "修改自建角色，持有它的人下一步操作就按新权限", Tag: tag, Permission: PermManage}, s.editRole)
	web.Handle(w, web.Op{ID: "retire-role", Method: "POST", Path: "/roles/{role}/retire", Summary: "停用没有人在用的自建角色", Tag: tag, Permission: PermManage}, s.retireRole)
	web.Handle(w, web.Op{ID: "list-accounts", Method: "GET", Path: "/accounts", Summary: "员工账号", Tag: tag, Permission: PermManage}, s.listAccounts)
	web.Handle(w, web.Op{ID: "account-sheet", Method: "GET", Path: "/accounts/sheet", Summary: "员工账号和各自的角色，Excel 表，带着页面上的筛选条件", Tag: tag, Permission: PermManage}, s.sheetAccounts)
	web.Handle(w, web.Op{ID: "create-account", Method: "POST", Path: "/accounts", Summary: "新建账号，带初始密码与角色", Tag: tag, Permission: PermManage, Status: 201, Secrets: true}, s.createAccount)
	web.Handle(w, web.Op{ID: "read-account", Method: "GET", Path: "/accounts/{account}", Summary: "一个账号", Tag: tag, Permission: PermManage}, s.readAccount)
	web.Handle(w, web.Op{ID: "rename-account", Method: "PATCH", Path: "/accounts/{account}", Summary: "改姓名", Tag: tag, Permission: PermManage}, s.renameAccount)
	web.Handle(w, web.Op{ID: "put-grants", Method: "PUT", Path: "/accounts/{account}/grants", Summary: "整体替换角色，该账号需要重新登录", Tag: tag, Permission: PermManage}, s.putGrants)
	web.Handle(w, web.Op{ID: "reset-password", Method: "POST", Path: "/accounts/{account}/password", Summary: "重置密码并解除锁定，该账号的登录全部失效", Tag: tag, Permission: PermManage, Status: 204, Secrets: true}, s.resetPassword)
	web.Handle(w, web.Op{ID: "list-account-contacts", Method: "GET", Path: "/accounts/{account}/contacts", Summary: "一个账号登记的手机和邮箱", Tag: tag, Permission: PermManage}, s.readContacts)
	web.Handle(w, web.Op{ID: "put-account-contact", Method: "PUT", Path: "/accounts/{account}/contacts/{channel}", Summary: "给一个账号登记手机或邮箱，由本人确认", Tag: tag, Permission: PermManage}, s.putContacts)
	web.Handle(w, web.Op{ID: "dismiss-account", Method: "POST", Path: "/accounts/{account}/dismiss", Summary: "停用账号，登录立即失效", Tag: tag, Permission: PermManage}, s.dismissAccount)
	web.Handle(w, web.Op{ID: "reinstate-account", Method: "POST", Path: "/accounts/{account}/reinstate", Summary: "恢复停用的账号", Tag: tag, Permission: PermManage}, s.reinstateAccount)
}
