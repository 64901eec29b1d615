import { checkFileSize } from "@web/core/utils/files";
import { useService } from "@web/core/utils/hooks";

/**
 * Upload files that are handed in by a later call, and take back those that are not.
 *
 * @returns {{upload: (fileList: FileList) => Promise<Array<{id: number, name: string}>>, discard: (ids: number[]) => Promise}}
 *  what was uploaded: nothing when one of the files is refused, which the user is told
 */
export function useUpload() {
    const http = useService("http");
    const notification = useService("notification");
    const orm = useService("orm");
    const discard = async (ids) => ids.length && orm.unlink("ir.attachment", ids);
    async function upload(fileList) {
        const files = [...fileList];
        if (!files.length || !files.every((file) => checkFileSize(file.size, notification))) {
            return [];
        }
        const answer = await http.post(
            "/web/binary/upload_attachment",
            { csrf_token: odoo.csrf_token, ufile: files, model: "crm.lead.output", id: 0 },
            "text"
        );
        const uploads = JSON.parse(answer);
        const failed = uploads.find(({ error }) => error);
        if (!failed) {
            return uploads.map(({ id, filename }) => ({ id, name: filename }));
        }
        notification.add(failed.error, { type: "danger" });
        await discard(uploads.map(({ id }) => id).filter(Boolean));
        return [];
    }
    return { upload, discard };
}
